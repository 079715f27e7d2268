"""What readers call every field of a record, also those that never stand in a mail (pure)."""

from tidings.projects.wording import LABELS, label_of
from tidings.rendering.speech import ENGLISH, Sayable, Speech

OTHERS = {
    "agency_code": Sayable("Agency"),
    "agency_ic_fundings": Sayable("Institutes that pay"),
    "award_type": Sayable("Type of application"),
    "cfda_code": Sayable("Federal program number"),
    "cong_dist": Sayable("Congressional district"),
    "core_project_num": Sayable("Core project number"),
    "date_added": Sayable("Added to RePORTER"),
    "direct_cost_amt": Sayable("Direct costs"),
    "fiscal_year": Sayable("Fiscal year"),
    "full_study_section": Sayable("Review panel"),
    "funding_mechanism": Sayable("Funding mechanism"),
    "indirect_cost_amt": Sayable("Indirect costs"),
    "organization_type": Sayable("Type of institution"),
    "project_num": Sayable("Project number"),
    "subproject_id": Sayable("Number of the part"),
}


def field_name(path: str, speech: Speech = ENGLISH) -> str:
    """Return what readers call a field, or the field that a path begins with."""
    field = path.partition(".")[0]
    if field in OTHERS and field not in LABELS:
        return speech.say(OTHERS[field])
    return label_of(field, speech)
