"""Institutes that give awards, by their two-letter code (the real ones: they are public bodies)."""

from typing import NamedTuple


class Institute(NamedTuple):
    """One institute."""

    code: str
    abbreviation: str
    name: str
    cfda: str


INSTITUTES = {
    institute.code: institute
    for institute in (
        Institute("CA", "NCI", "National Cancer Institute", "393"),
        Institute("AG", "NIA", "National Institute on Aging", "866"),
        Institute("HL", "NHLBI", "National Heart, Lung, and Blood Institute", "837"),
        Institute("AI", "NIAID", "National Institute of Allergy and Infectious Diseases", "855"),
        Institute(
            "DK",
            "NIDDK",
            "National Institute of Diabetes and Digestive and Kidney Diseases",
            "847",
        ),
        Institute("NS", "NINDS", "National Institute of Neurological Disorders and Stroke", "853"),
        Institute("MH", "NIMH", "National Institute of Mental Health", "242"),
        Institute("GM", "NIGMS", "National Institute of General Medical Sciences", "859"),
        Institute("DA", "NIDA", "National Institute on Drug Abuse", "279"),
        Institute("EY", "NEI", "National Eye Institute", "867"),
        Institute(
            "HD",
            "NICHD",
            "Eunice Kennedy Shriver National Institute of Child Health & Human Development",
            "865",
        ),
        Institute(
            "AR",
            "NIAMS",
            "National Institute of Arthritis and Musculoskeletal and Skin Diseases",
            "846",
        ),
        Institute("DE", "NIDCR", "National Institute of Dental and Craniofacial Research", "121"),
        Institute("ES", "NIEHS", "National Institute of Environmental Health Sciences", "113"),
        Institute(
            "DC",
            "NIDCD",
            "National Institute on Deafness and Other Communication Disorders",
            "173",
        ),
        Institute("HX", "VA", "Veterans Affairs", ""),
    )
}
"""Veterans Affairs publishes no amounts."""
