"""What an award pays for, in the fewest plain words, by activity code (pure)."""

from dataclasses import dataclass

from tidings.rendering.speech import Sayable


@dataclass(frozen=True)
class StudyKind:
    """What an award pays for: ``noun`` in a headline, ``pays`` in a sentence.

    One that pays for no study of its own has no topic: rooms are not about a condition.
    """

    noun: str
    pays: str
    has_topic: bool = True


RESEARCH = StudyKind(Sayable("A study"), Sayable("The award pays for research."))
"""What most awards are, and any that we do not know."""

_FELLOWSHIP = StudyKind(
    Sayable("A fellowship"), Sayable("The award pays a scientist who is still in training.")
)
_CAREER = StudyKind(
    Sayable("A study"), Sayable("The award pays for research, and helps one scientist grow.")
)
_TRAINING = StudyKind(
    Sayable("A training program"), Sayable("The award pays for the training of scientists.")
)
_TEACHING = StudyKind(Sayable("A teaching program"), Sayable("The award pays for teaching."))
_CENTER = StudyKind(
    Sayable("A research center"), Sayable("The award pays for a center with many studies.")
)
_GROUP = StudyKind(
    Sayable("A group of studies"), Sayable("The award pays for a group of linked studies.")
)
_RESOURCE = StudyKind(
    Sayable("A shared resource for research"),
    Sayable("The award pays for data, tools or services that scientists share."),
)
_MEETING = StudyKind(Sayable("A conference"), Sayable("The award pays for a conference."))
_EQUIPMENT = StudyKind(
    Sayable("Equipment for research"),
    Sayable("The award pays for tools, not for one study."),
    has_topic=False,
)
_BUILDING = StudyKind(
    Sayable("Rooms for research"),
    Sayable("The award pays for rooms in which research is done."),
    has_topic=False,
)
_OFFICE = StudyKind(
    Sayable("Help for a research office"),
    Sayable("The award helps a school to run research."),
    has_topic=False,
)
_BUSINESS = StudyKind(
    Sayable("A study"), Sayable("The award pays for research by a small business.")
)
_CONTRACT = StudyKind(Sayable("Contract work"), Sayable("The work is done under a contract."))
_LOANS = StudyKind(
    Sayable("Help with student loans"),
    Sayable("The award pays back a scientist's student loans."),
    has_topic=False,
)
_OWN_LABS = StudyKind(Sayable("A study"), Sayable("NIH does this work in its own labs."))
_AGREEMENT = StudyKind(
    Sayable("A research agreement"), Sayable("The award pays for research by agreement.")
)

_CODES = {
    code: kind
    for kind, codes in {
        _TRAINING: "D43 D71 K12 KL2 T14 T15 T32 T34 T35 T37 T90 TL1 TL4 R90 U2R UE5",
        _FELLOWSHIP: "K00",
        _TEACHING: "R25 RL5 UE1 UE2 DP7",
        _GROUP: "P01 U19 UM1 RM1 PM1",
        _RESOURCE: "P40 P41 R24 R28 R50 U24 U2C U41 U42 UL1 UC7 OT3",
        _MEETING: "R13 U13",
        _EQUIPMENT: "S10",
        _BUILDING: "C06 G20 UC6",
        _OFFICE: "G11 G08 G13 S06 S14 S21 G12",
        _BUSINESS: "R41 R42 R43 R44 SB1 U43 U44 UT1 UT2",
        _CENTER: "U54 UC4 P20 P30 P42 P50 P51 P60 G12",
    }.items()
    for code in codes.split()
}
_FAMILIES = {
    "C": _BUILDING,
    "F": _FELLOWSHIP,
    "K": _CAREER,
    "L": _LOANS,
    "N": _CONTRACT,
    "O": _AGREEMENT,
    "P": _CENTER,
    "T": _TRAINING,
    "Z": _OWN_LABS,
}


def kind_of_study(code: str) -> StudyKind:
    """Return what an award of this activity code pays for; research when we do not know."""
    return _CODES.get(code) or _FAMILIES.get(code[:1], RESEARCH)
