"""The places and institutes that RePORTER's records name, as far as we know (pure).

A record of a place or an institute that stands in no list here, and that the store does not know
either, lies in no piece of a reconcile. That is counted and said, so a gap here cannot hide.
"""

# ruff: noqa: SIM905 - a list of codes reads better as one text

STATES = tuple(
    (
        "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND "
        "NE NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY "
        "AS FM GU MH MP PR PW VI "  # territories and freely associated states
        "AB BC MB NB NL NS ON PE PQ QC SK"  # Canadian provinces stand there as well
    ).split()
)

HOME = "UNITED STATES"
"""Its records are asked for by state."""

COUNTRIES = (
    "ARGENTINA",
    "AUSTRALIA",
    "AUSTRIA",
    "BANGLADESH",
    "BELGIUM",
    "BENIN",
    "BOTSWANA",
    "BRAZIL",
    "BURKINA FASO",
    "CAMEROON",
    "CANADA",
    "CHILE",
    "CHINA",
    "COLOMBIA",
    "CONGO DEM REP",
    "COSTA RICA",
    "COTE D'IVOIRE",
    "CZECH REPUBLIC",
    "DENMARK",
    "ECUADOR",
    "EGYPT",
    "ESTONIA",
    "ETHIOPIA",
    "FINLAND",
    "FRANCE",
    "GABON",
    "GAMBIA",
    "GEORGIA",
    "GERMANY",
    "GHANA",
    "GREECE",
    "GUATEMALA",
    "GUINEA",
    "HAITI",
    "HONDURAS",
    "HONG KONG",
    "HUNGARY",
    "ICELAND",
    "INDIA",
    "INDONESIA",
    "IRELAND",
    "ISRAEL",
    "ITALY",
    "JAMAICA",
    "JAPAN",
    "JORDAN",
    "KAZAKHSTAN",
    "KENYA",
    "KOREA REP OF",
    "LEBANON",
    "LESOTHO",
    "LIBERIA",
    "MADAGASCAR",
    "MALAWI",
    "MALAYSIA",
    "MALI",
    "MEXICO",
    "MOROCCO",
    "MOZAMBIQUE",
    "NAMIBIA",
    "NEPAL",
    "NETHERLANDS",
    "NEW ZEALAND",
    "NICARAGUA",
    "NIGERIA",
    "NORWAY",
    "PAKISTAN",
    "PERU",
    "PHILIPPINES",
    "POLAND",
    "PORTUGAL",
    "ROMANIA",
    "RUSSIA",
    "RWANDA",
    "SAUDI ARABIA",
    "SENEGAL",
    "SERBIA",
    "SIERRA LEONE",
    "SINGAPORE",
    "SLOVENIA",
    "SOUTH AFRICA",
    "SPAIN",
    "SRI LANKA",
    "SWEDEN",
    "SWITZERLAND",
    "TAIWAN",
    "TANZANIA U REP",
    "THAILAND",
    "TUNISIA",
    "TURKEY",
    "UGANDA",
    "UKRAINE",
    "UNITED ARAB EMIRATES",
    "UNITED KINGDOM",
    "URUGUAY",
    "VIETNAM",
    "ZAMBIA",
    "ZIMBABWE",
)

INSTITUTES = tuple(
    (
        "CC CIT CSR FIC NCATS NCCIH NCI NCRR NEI NHGRI NHLBI NIA NIAAA NIAID NIAMS NIBIB NICHD "
        "NIDA NIDCD NIDCR NIDDK NIEHS NIGMS NIMH NIMHD NINDS NINR NLM OD RMOD "
        "ACF AHRQ ALLCDC FDA HRSA SAMHSA VA"  # the agencies beside NIH
    ).split()
)
