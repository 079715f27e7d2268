"""Kinds of award: how long, how much, who may follow whom."""

from typing import NamedTuple


class Mechanism(NamedTuple):
    """An activity code and what is usual for it; ``weight`` is its share in thousandths."""

    code: str
    weight: int
    years: tuple[int, int]
    amount: int
    group: str
    funding: str
    followed_by: str = ""
    renewable: bool = False
    has_components: bool = False


RESEARCH = "Non-SBIR/STTR"
TRAINING = "Training, Individual"
OTHER = "Other Research-Related"

MECHANISMS = {
    mechanism.code: mechanism
    for mechanism in (
        Mechanism("R01", 430, (4, 5), 480_000, "RP", RESEARCH, renewable=True),
        Mechanism("R21", 110, (2, 2), 230_000, "RP", RESEARCH),
        Mechanism("R03", 20, (2, 2), 95_000, "RP", RESEARCH),
        Mechanism("R34", 10, (3, 3), 240_000, "RP", RESEARCH),
        Mechanism("R35", 50, (5, 5), 420_000, "RP", RESEARCH, renewable=True),
        Mechanism("R61", 8, (2, 2), 400_000, "RP", RESEARCH, followed_by="R33"),
        Mechanism("R33", 0, (3, 3), 450_000, "RP", RESEARCH),
        Mechanism("UG3", 8, (2, 2), 600_000, "RP", RESEARCH, followed_by="UH3"),
        Mechanism("UH3", 0, (3, 3), 900_000, "RP", RESEARCH),
        Mechanism("U01", 45, (5, 5), 720_000, "RP", RESEARCH, renewable=True),
        Mechanism("U24", 15, (5, 5), 900_000, "OR", OTHER),
        Mechanism("DP2", 8, (5, 5), 1_400_000, "RP", RESEARCH),
        Mechanism("F31", 75, (2, 4), 44_000, "TR", TRAINING),
        Mechanism("F32", 40, (2, 3), 74_000, "TR", TRAINING),
        Mechanism("K99", 22, (2, 2), 140_000, "OR", OTHER, followed_by="R00"),
        Mechanism("R00", 0, (3, 3), 249_000, "RP", RESEARCH),
        Mechanism("K23", 30, (5, 5), 190_000, "OR", OTHER),
        Mechanism("K08", 20, (5, 5), 180_000, "OR", OTHER),
        Mechanism("T32", 30, (5, 5), 410_000, "TR", "Training, Institutional", renewable=True),
        Mechanism("R43", 15, (1, 1), 300_000, "SB", "SBIR/STTR"),
        Mechanism("R44", 12, (2, 3), 900_000, "SB", "SBIR/STTR"),
        Mechanism(
            "P50", 8, (5, 5), 2_300_000, "RC", "Research Centers", "", renewable=True,
            has_components=True,
        ),
        Mechanism(
            "P30", 8, (5, 5), 1_800_000, "RC", "Research Centers", "", renewable=True,
            has_components=True,
        ),
        Mechanism("ZIA", 20, (8, 8), 1_100_000, "IM", "Intramural Research"),
        Mechanism("I01", 12, (4, 4), 0, "RP", RESEARCH),
        Mechanism("N01", 4, (3, 5), 2_000_000, "NSRDC", "R and D Contracts"),
    )
}  # fmt: skip
"""Weight 0: only as the second phase of another."""

INTRAMURAL = "ZIA"
VETERANS = "I01"
CONTRACT = "N01"
FIRMS = frozenset({"R43", "R44"})
"""Small firms, which publish no division into direct and indirect cost."""
