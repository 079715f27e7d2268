"""Institutes by the two letters that stand in project numbers (pure).

RePORTER's criterion ``agencies`` takes acronyms only; two letters find nothing there.
"""

from collections.abc import Mapping

ACRONYMS: Mapping[str, str] = {
    "AA": "NIAAA",
    "AG": "NIA",
    "AI": "NIAID",
    "AR": "NIAMS",
    "AT": "NCCIH",
    "CA": "NCI",
    "DA": "NIDA",
    "DC": "NIDCD",
    "DE": "NIDCR",
    "DK": "NIDDK",
    "EB": "NIBIB",
    "ES": "NIEHS",
    "EY": "NEI",
    "FD": "FDA",
    "GM": "NIGMS",
    "HD": "NICHD",
    "HG": "NHGRI",
    "HL": "NHLBI",
    "HS": "AHRQ",
    "LM": "NLM",
    "MD": "NIMHD",
    "MH": "NIMH",
    "NR": "NINR",
    "NS": "NINDS",
    "OD": "OD",
    "TR": "NCATS",
    "TW": "FIC",
    "VA": "VA",
}
"""The acronym of each institute; those that no longer give awards are not here."""


def acronym(name: str) -> str | None:
    """Return the acronym that RePORTER knows an institute by; None for two unknown letters."""
    if len(name) == 2:
        return ACRONYMS.get(name)
    return name
