"""Names of people who do not exist."""

FIRST_NAMES = (
    "Adaline", "Ambrose", "Anselm", "Beatriz", "Bram", "Calista", "Casimir", "Chioma", "Corwin",
    "Dagny", "Darius", "Delphine", "Edda", "Elio", "Esperanza", "Farrokh", "Fenna", "Gideon",
    "Halima", "Hedda", "Idris", "Imre", "Ingrid", "Isolde", "Jaromir", "Jun", "Kaveh", "Keiko",
    "Lazar", "Leocadia", "Linnea", "Lucan", "Mairead", "Marek", "Maribel", "Nadira", "Niall",
    "Odalys", "Oren", "Orsolya", "Pascal", "Philippa", "Quentin", "Ravindra", "Romilly", "Saoirse",
    "Severin", "Sunniva", "Tadeo", "Thandiwe", "Ulrika", "Valentin", "Wanjiru", "Xiomara", "Yusra",
    "Zephyrine",
)  # fmt: skip

MIDDLE_NAMES = ("", "", "", "", "A.", "J", "Louise", "M.", "Rae", "T")

LAST_NAMES = (
    "Alderquist", "Applewhite-Moss", "Ashgrove", "Bellwether", "Birchmere", "Bramblewick",
    "Brightwater", "Candlewood", "Castellane", "Cloudsley", "Copperfeld", "Cranmoor", "Dawnbury",
    "Dovecote", "Driftmark", "Eastermoor", "Elderflower", "Fairweather-Okoye", "Fallowmere",
    "Fenwright", "Foxglover", "Garlandson", "Glasswater", "Greymantle", "Halcyon", "Harrowgate",
    "Hazelmoor", "Heatherby", "Inkwell", "Ivorstone", "Juniperi", "Kestrelwood", "Kingsfisher",
    "Larkhaven", "Lindenbaum-Ruiz", "Longmeadow", "Lunaro", "Marchbank", "Meadowlark", "Mistral",
    "Mossfield", "Nightingall", "Oakhaven", "O'Farthing", "Ottermere", "Palewater", "Pennywhistle",
    "Quillfeather", "Quimbaya", "Ravensholme", "Rosethorn", "Rookwood-Singh", "Saltmarsh",
    "Sandoval-Thistle", "Silverbirch", "Snowdrift", "Starlingham", "Stonebridge-Li", "Summerisle",
    "Swanmoor", "Tanglewood", "Tidewell", "Underhillson", "Valebrook", "Vespertine", "Waxwing",
    "Wetherell-Ito", "Wildbrook", "Windermoor", "Wrenfield", "Yarrowby", "Zephyrhill",
)  # fmt: skip

TITLES = (
    "PROFESSOR",
    "ASSOCIATE PROFESSOR",
    "ASSISTANT PROFESSOR",
    "RESEARCH ASSISTANT PROFESSOR",
    "SENIOR SCIENTIST",
    "",
)
