"""Kinds of award in plain words, by activity code (pure)."""

KINDS = {
    "DP1": "Pioneer award for one scientist's bold research",
    "DP2": "New innovator award for an early-career scientist",
    "DP5": "Early independence award",
    "F30": "Training fellowship for a medical student",
    "F31": "Training fellowship for a doctoral student",
    "F32": "Training fellowship for a postdoctoral scientist",
    "F99": "Fellowship from doctoral to postdoctoral work",
    "K00": "Second phase of a fellowship, after the doctorate",
    "K01": "Career development award",
    "K08": "Career development award for a clinician who does research",
    "K23": "Career development award for research with patients",
    "K24": "Mid-career award for a mentor in patient research",
    "K99": "Career award, first phase: on the way to independence",
    "OT2": "Flexible research agreement",
    "P01": "Program of several linked research projects",
    "P20": "Exploratory grant to plan a center",
    "P30": "Core grant of a research center",
    "P50": "Specialized research center",
    "R00": "Career award, second phase: independent research",
    "R01": "Research project",
    "R03": "Small research project",
    "R13": "Support for a conference",
    "R15": "Research project at a college that trains undergraduates",
    "R21": "Exploratory research project",
    "R25": "Education project",
    "R33": "Second phase of an exploratory project",
    "R34": "Planning of a clinical study",
    "R35": "Long-term award for an investigator's program",
    "R41": "Small business technology transfer, first phase",
    "R42": "Small business technology transfer, second phase",
    "R43": "Small business research, first phase",
    "R44": "Small business research, second phase",
    "R56": "Short bridge award for a promising project",
    "R61": "Exploratory research project, first phase",
    "RF1": "Multi-year research project",
    "T32": "Training program at an institution",
    "U01": "Research project run together with NIH",
    "U19": "Program of research run together with NIH",
    "U24": "Shared resource run together with NIH",
    "U54": "Specialized center run together with NIH",
    "UG3": "First phase of a project run together with NIH",
    "UH3": "Second phase of a project run together with NIH",
    "UM1": "Large project run together with NIH",
    "ZIA": "Research at NIH's own laboratories",
}

FAMILIES = {
    "D": "Award for one scientist's research",
    "F": "Training fellowship",
    "K": "Career development award",
    "N": "Research contract",
    "P": "Research program or center",
    "R": "Research project",
    "T": "Training program",
    "U": "Research run together with NIH",
    "Z": "Research at NIH's own laboratories",
}


def kind_of_award(code: str) -> str:
    """Return what an activity code means; the code alone when we do not know it."""
    words = KINDS.get(code) or FAMILIES.get(code[:1], "")
    return f"{words} ({code})" if words else code
