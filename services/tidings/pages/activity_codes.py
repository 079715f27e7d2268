"""Kinds of award in plain words, by activity code (pure)."""

from tidings.rendering.speech import Sayable

KINDS = {
    "DP1": Sayable("Pioneer award for one scientist's bold research"),
    "DP2": Sayable("New innovator award for an early-career scientist"),
    "DP5": Sayable("Early independence award"),
    "F30": Sayable("Training fellowship for a medical student"),
    "F31": Sayable("Training fellowship for a doctoral student"),
    "F32": Sayable("Training fellowship for a postdoctoral scientist"),
    "F99": Sayable("Fellowship from doctoral to postdoctoral work"),
    "K00": Sayable("Second phase of a fellowship, after the doctorate"),
    "K01": Sayable("Career development award"),
    "K08": Sayable("Career development award for a clinician who does research"),
    "K23": Sayable("Career development award for research with patients"),
    "K24": Sayable("Mid-career award for a mentor in patient research"),
    "K99": Sayable("Career award, first phase: on the way to independence"),
    "OT2": Sayable("Flexible research agreement"),
    "P01": Sayable("Program of several linked research projects"),
    "P20": Sayable("Exploratory grant to plan a center"),
    "P30": Sayable("Core grant of a research center"),
    "P50": Sayable("Specialized research center"),
    "R00": Sayable("Career award, second phase: independent research"),
    "R01": Sayable("Research project"),
    "R03": Sayable("Small research project"),
    "R13": Sayable("Support for a conference"),
    "R15": Sayable("Research project at a college that trains undergraduates"),
    "R21": Sayable("Exploratory research project"),
    "R25": Sayable("Education project"),
    "R33": Sayable("Second phase of an exploratory project"),
    "R34": Sayable("Planning of a clinical study"),
    "R35": Sayable("Long-term award for an investigator's program"),
    "R41": Sayable("Small business technology transfer, first phase"),
    "R42": Sayable("Small business technology transfer, second phase"),
    "R43": Sayable("Small business research, first phase"),
    "R44": Sayable("Small business research, second phase"),
    "R56": Sayable("Short bridge award for a promising project"),
    "R61": Sayable("Exploratory research project, first phase"),
    "RF1": Sayable("Multi-year research project"),
    "T32": Sayable("Training program at an institution"),
    "U01": Sayable("Research project run together with NIH"),
    "U19": Sayable("Program of research run together with NIH"),
    "U24": Sayable("Shared resource run together with NIH"),
    "U54": Sayable("Specialized center run together with NIH"),
    "UG3": Sayable("First phase of a project run together with NIH"),
    "UH3": Sayable("Second phase of a project run together with NIH"),
    "UM1": Sayable("Large project run together with NIH"),
    "ZIA": Sayable("Research at NIH's own laboratories"),
}

FAMILIES = {
    "D": Sayable("Award for one scientist's research"),
    "F": Sayable("Training fellowship"),
    "K": Sayable("Career development award"),
    "N": Sayable("Research contract"),
    "P": Sayable("Research program or center"),
    "R": Sayable("Research project"),
    "T": Sayable("Training program"),
    "U": Sayable("Research run together with NIH"),
    "Z": Sayable("Research at NIH's own laboratories"),
}


def kind_of_award(code: str) -> str:
    """Return what an activity code means; the code alone when we do not know it."""
    words = KINDS.get(code) or FAMILIES.get(code[:1])
    return Sayable("{words} ({code})", words=words, code=code) if words else code
