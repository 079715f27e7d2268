"""Our own phrases, of which titles, abstracts and narratives are put together."""

# ruff: noqa: E501 - a row of a table or a phrase reads better on one line

TITLES = (
    "Targeting {target} to overcome drug resistance in {disease}",
    "The role of {target} in {disease}",
    "Mechanisms of {process} in {disease}",
    "{process_cap} as a driver of {disease}: from {tissue} to therapy",
    "Early detection of {disease} by {method}",
    "{method_cap} for {disease} in {population}",
    "Improving outcomes for {population} with {disease}",
    "A randomized trial of {intervention} for {population} at risk of {disease}",
    "{target}-dependent {process} and the progression of {disease}",
    "Disparities in {disease} care among {population}",
    "Novel small molecules against {target} for the treatment of {disease}",
    "Linking {process} and {process2} in {disease}",
    "Mapping the {tissue} at single-cell resolution to understand {disease}",
    "Why does {disease} return? {process_cap} after treatment",
    "Developing {method} to predict response to {intervention} in {disease}",
)

PROCESSES = (
    "immune evasion",
    "metabolic reprogramming",
    "mitochondrial stress",
    "chronic inflammation",
    "epigenetic silencing",
    "RNA splicing",
    "cell-cell communication",
    "DNA repair",
    "autophagy",
    "extracellular matrix remodeling",
    "circadian disruption",
    "calcium signaling",
    "lipid transport",
    "clonal evolution",
)

METHODS = (
    "machine learning on electronic health records",
    "quantitative magnetic resonance imaging",
    "single-cell sequencing",
    "circulating biomarkers",
    "CRISPR screening",
    "wearable sensors",
    "spatial transcriptomics",
    "patient-derived organoids",
    "natural language processing of clinical notes",
    "positron emission tomography",
    "polygenic risk scores",
)

INTERVENTIONS = (
    "a telehealth program",
    "combination immunotherapy",
    "aerobic exercise",
    "a dietary intervention",
    "cognitive behavioral therapy",
    "an antibody-drug conjugate",
    "a community health worker program",
    "low-dose chemotherapy",
    "a mobile clinic",
    "gene therapy",
)

POPULATIONS = (
    "rural communities",
    "older adults",
    "adolescents",
    "women under 50",
    "Veterans",
    "Hispanic and Latino families",
    "patients with limited access to care",
    "children",
    "American Indian communities",
    "cancer survivors",
)

MODELS = (
    "genetically engineered mice",
    "zebrafish",
    "human induced pluripotent stem cells",
    "patient-derived xenografts",
    "a cohort of 2,400 participants",
    "fruit flies",
    "primary human tissue",
    "nonhuman primates",
    "a regional registry",
)

BACKGROUND = (
    "{disease_cap} remains a leading cause of illness, and existing treatments help only a part of those who have it.",
    "Despite steady progress, {population} with {disease} still face poor outcomes.",
    "Over the past decade, {process} has emerged as a hallmark of {disease}.",
    "In {disease}, the {tissue} undergoes changes long before symptoms are noticed.",
    "About one in {number} people will be affected by {disease} ({short}) during their lives.",
    "Standard therapy for {disease} is limited by toxicity and by relapse.",
)

GAP = (
    "How {target} controls {process} in the {tissue} is not known.",
    "A critical barrier is the lack of models in which {process} can be followed over time.",
    "It is unclear why {intervention} helps some patients and not others.",
    "There is an urgent need for markers that tell aggressive from indolent {short}.",
    "Few studies have examined {process2} in {population}.",
)

IDEA = (
    "Our preliminary data show that loss of {target} reduces {process} in {model}.",
    "We have found that {target} is elevated in {percent}% of samples and predicts shorter survival.",
    "We hypothesize that {target} links {process} with {process2}, and that blocking it restores normal function.",
    "Our central hypothesis is that {method} can find {short} at a stage when it can still be treated.",
    "Building on this work, our team has developed {method} and tested it in {model}.",
)

AIMS = (
    "Aim {aim}: Determine how {target} regulates {process} in {model}.",
    "Aim {aim}: Test whether {intervention} improves outcomes in {population}.",
    "Aim {aim}: Define the contribution of {process2} to the onset of {disease}.",
    "Aim {aim}: Validate {method} in an independent cohort.",
    "Aim {aim}: Identify compounds that act on {target} without harm to healthy {tissue}.",
)

IMPACT = (
    "If successful, this work will open a new way to treat {disease}.",
    "These studies will give clinicians a tool to choose the right treatment for each patient.",
    "The results will inform policy and practice for {population}.",
    "The proposed training will prepare the candidate for an independent career in research on {disease}.",
    "What we learn may apply to other conditions in which {process} plays a part.",
)

NARRATIVES = (
    "{disease_cap} affects many families, and too few treatments are available. This project asks how {target} contributes to it, which may lead to better drugs.",
    "The proposed research is relevant to public health because it will help to find {disease} earlier in {population}.",
    "We will study {process} in {disease}. The knowledge gained is expected to improve care for {population}.",
    "This project tests {intervention} for people with {disease}. If it works, it can be offered widely and at low cost.",
)

COMMON_TERMS = (
    "Address", "Affect", "Animal Model", "Biological Markers", "Biology", "Cells", "Clinical",
    "Clinical Trials", "Cohort Studies", "Collaborations", "Communities", "Complex", "Coupled",
    "Data", "Data Set", "Development", "Diagnosis", "Disease", "Early Diagnosis", "Evaluation",
    "Exhibits", "Foundations", "Future", "Genes", "Genetic", "Goals", "Human", "Immune",
    "Impairment", "Inflammation", "Intervention", "Investigation", "Knowledge", "Lead", "Learning",
    "Link", "Measures", "Mediating", "Methods", "Modeling", "Molecular", "Monitor", "Mus",
    "Outcome", "Pathway interactions", "Patients", "Pharmaceutical Preparations", "Phenotype",
    "Play", "Population", "Prevention", "Process", "Proteins", "Public Health", "Quality of life",
    "Recurrence", "Regulation", "Research", "Resistance", "Resolution", "Risk", "Role", "Sampling",
    "Signal Transduction", "Testing", "Therapeutic", "Time", "Tissues", "Training", "Work",
    "cohort", "cost effective", "data integration", "design", "effective therapy", "experience",
    "improved", "in vivo", "innovation", "insight", "mouse model", "new therapeutic target", "novel",
    "patient population", "pre-clinical", "prevent", "programs", "response", "skills", "tool",
)  # fmt: skip
