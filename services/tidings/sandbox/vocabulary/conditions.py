"""Conditions that invented projects study, with the words that belong to each."""

from typing import NamedTuple


class Condition(NamedTuple):
    """One condition; ``weight`` is how often it is studied, in thousandths or so."""

    name: str
    short: str
    institute: str
    weight: int
    tissue: str
    targets: tuple[str, ...]
    categories: tuple[tuple[int, str], ...]
    terms: tuple[str, ...]


CANCER = (132, "Cancer")
BREAST = (120, "Breast Cancer")
WOMEN = (2450, "Women's Health")
GENETICS = (276, "Genetics")
AGING = (30, "Aging")
BRAIN = (494, "Neurosciences")
NEURO = (492, "Neurodegenerative")
ALZHEIMER = (40, "Alzheimer's Disease")
DIABETES = (206, "Diabetes")
HEART = (305, "Cardiovascular")
INFECTION = (345, "Infectious Diseases")
PEDIATRIC = (526, "Pediatric")
MENTAL = (471, "Mental Health")

CONDITIONS = (
    Condition("triple-negative breast cancer", "TNBC", "CA", 14, "mammary epithelium",
        ("TROP2", "BRCA1", "PD-L1", "EGFR"), (BREAST, CANCER, WOMEN),
        ("Triple Negative Breast Cancer", "Breast Cancer Patient", "Chemoresistance")),
    Condition("breast cancer", "breast tumors", "CA", 26, "mammary epithelium",
        ("ESR1", "HER2", "CDK4", "PIK3CA"), (BREAST, CANCER, WOMEN),
        ("Breast Cancer", "Hormone Receptor", "Mammary Neoplasms")),
    Condition("prostate cancer", "prostate tumors", "CA", 18, "prostate",
        ("AR", "PTEN", "TMPRSS2-ERG"), (CANCER, (585, "Prostate Cancer")),
        ("Prostate Cancer", "Androgen Receptor", "Castration")),
    Condition("non-small cell lung cancer", "NSCLC", "CA", 18, "lung",
        ("KRAS", "EGFR", "STK11"), (CANCER, (409, "Lung Cancer")),
        ("Non-Small-Cell Lung Carcinoma", "Lung Neoplasms", "Smoking")),
    Condition("pancreatic ductal adenocarcinoma", "PDAC", "CA", 14, "pancreas",
        ("KRAS", "SMAD4", "CXCR2"), (CANCER, (1391, "Pancreatic Cancer")),
        ("Pancreatic Ductal Adenocarcinoma", "Stroma", "Cachexia")),
    Condition("colorectal cancer", "CRC", "CA", 16, "colon",
        ("APC", "BRAF", "WNT"), (CANCER, (158, "Colo-Rectal Cancer")),
        ("Colorectal Cancer", "Polyps", "Colonoscopy")),
    Condition("glioblastoma", "GBM", "CA", 12, "brain",
        ("IDH1", "EGFRvIII", "MGMT"), (CANCER, (117, "Brain Cancer"), BRAIN),
        ("Glioblastoma", "Blood - brain barrier anatomy", "Temozolomide")),
    Condition("acute myeloid leukemia", "AML", "CA", 14, "bone marrow",
        ("FLT3", "NPM1", "DNMT3A"), (CANCER, (2310, "Pediatric Cancer")),
        ("Acute Myelocytic Leukemia", "Hematopoietic stem cells", "Relapse")),
    Condition("ovarian cancer", "ovarian tumors", "CA", 12, "ovary",
        ("BRCA2", "CCNE1", "PARP1"), (CANCER, (525, "Ovarian Cancer"), WOMEN),
        ("Malignant neoplasm of ovary", "Peritoneal", "Platinum")),
    Condition("melanoma", "melanoma", "CA", 11, "skin",
        ("BRAF", "PD-1", "MITF"), (CANCER,),
        ("Melanoma Cell", "Immune checkpoint inhibitor", "Skin")),
    Condition("hepatocellular carcinoma", "HCC", "CA", 9, "liver",
        ("CTNNB1", "TERT", "FGF19"), (CANCER, (399, "Liver Cancer")),
        ("Primary carcinoma of the liver cells", "Cirrhosis", "Hepatocyte")),
    Condition("Alzheimer's disease", "AD", "AG", 62, "hippocampus",
        ("APOE4", "TREM2", "tau"), (ALZHEIMER, AGING, NEURO, BRAIN),
        ("Alzheimer's Disease", "Amyloid", "Cognitive decline")),
    Condition("frontotemporal dementia", "FTD", "AG", 14, "frontal cortex",
        ("TDP-43", "C9orf72", "progranulin"), (AGING, NEURO, BRAIN),
        ("Frontotemporal Dementia", "Stress Granules", "Neurons")),
    Condition("healthy aging", "aging", "AG", 24, "skeletal muscle",
        ("mTOR", "sirtuins", "NAD+"), (AGING,),
        ("Aging", "Cellular Senescence", "Longevity")),
    Condition("Parkinson's disease", "PD", "NS", 26, "substantia nigra",
        ("LRRK2", "alpha-synuclein", "GBA1"), (NEURO, BRAIN),
        ("Parkinson Disease", "Dopamine", "Lewy Bodies")),
    Condition("ischemic stroke", "stroke", "NS", 26, "cerebral cortex",
        ("tPA", "NMDA receptors"), (BRAIN, (690, "Stroke")),
        ("Ischemic Stroke", "Reperfusion Therapy", "Thrombectomy")),
    Condition("epilepsy", "seizures", "NS", 22, "neocortex",
        ("SCN1A", "GABA-A receptors"), (BRAIN,),
        ("Epilepsy", "Seizures", "Electroencephalography")),
    Condition("amyotrophic lateral sclerosis", "ALS", "NS", 16, "spinal cord",
        ("SOD1", "TDP-43"), (NEURO, BRAIN),
        ("Amyotrophic Lateral Sclerosis", "Motor Neurons", "Denervation")),
    Condition("type 2 diabetes", "T2D", "DK", 40, "pancreatic islets",
        ("GLP-1", "GLUT4", "insulin receptor"), (DIABETES, (508, "Obesity")),
        ("Non-Insulin-Dependent Diabetes Mellitus", "Insulin Resistance", "Glucose")),
    Condition("type 1 diabetes", "T1D", "DK", 24, "pancreatic islets",
        ("HLA-DR3", "GAD65"), (DIABETES, (60, "Autoimmune Disease")),
        ("Insulin-Dependent Diabetes Mellitus", "Beta Cell", "Autoimmunity")),
    Condition("chronic kidney disease", "CKD", "DK", 26, "kidney",
        ("APOL1", "klotho"), ((385, "Kidney Disease"),),
        ("Chronic Kidney Failure", "Proteinuria", "Podocytes")),
    Condition("inflammatory bowel disease", "IBD", "DK", 20, "intestinal mucosa",
        ("NOD2", "IL-23"), ((205, "Digestive Diseases"),),
        ("Inflammatory Bowel Diseases", "Crohn's disease", "Microbiome")),
    Condition("heart failure", "heart failure", "HL", 36, "myocardium",
        ("titin", "SERCA2a", "BNP"), (HEART,),
        ("Heart failure", "Cardiac Myocytes", "Ventricular")),
    Condition("asthma", "asthma", "HL", 24, "airway epithelium",
        ("IL-13", "TSLP"), ((51, "Asthma"), PEDIATRIC),
        ("Asthma", "Eosinophilia", "Bronchial Hyperreactivity")),
    Condition("sickle cell disease", "SCD", "HL", 16, "red blood cells",
        ("HBB", "fetal hemoglobin"), ((614, "Sickle Cell Disease"), GENETICS),
        ("Sickle Cell Anemia", "Hemoglobin", "Pain crisis")),
    Condition("hypertension", "high blood pressure", "HL", 24, "arterial wall",
        ("angiotensin", "ENaC"), (HEART, (322, "Hypertension")),
        ("Hypertension", "Blood Pressure", "Salts")),
    Condition("HIV infection", "HIV", "AI", 36, "lymph nodes",
        ("CCR5", "gp120", "SAMHD1"), ((300, "HIV/AIDS"), INFECTION),
        ("HIV", "Antiretroviral Therapy", "Viral reservoir")),
    Condition("tuberculosis", "TB", "AI", 22, "lung granulomas",
        ("ESX-1", "rpoB"), (INFECTION, (721, "Tuberculosis")),
        ("Mycobacterium tuberculosis", "Granuloma", "Rifampin")),
    Condition("influenza", "influenza", "AI", 22, "respiratory tract",
        ("hemagglutinin", "neuraminidase"), (INFECTION, (353, "Influenza")),
        ("Influenza", "Vaccination", "Antibodies")),
    Condition("malaria", "malaria", "AI", 18, "red blood cells",
        ("PfCSP", "kelch13"), (INFECTION, (441, "Malaria")),
        ("Malaria", "Plasmodium falciparum", "Mosquito-borne")),
    Condition("lupus", "SLE", "AR", 14, "kidney",
        ("interferon", "BAFF"), ((60, "Autoimmune Disease"), WOMEN),
        ("Systemic Lupus Erythematosus", "Autoantibodies", "B-Lymphocytes")),
    Condition("osteoarthritis", "OA", "AR", 18, "cartilage",
        ("aggrecan", "NGF"), ((55, "Arthritis"), AGING),
        ("Degenerative polyarthritis", "Cartilage", "Knee joint")),
    Condition("major depressive disorder", "depression", "MH", 34, "prefrontal cortex",
        ("BDNF", "ketamine targets"), (MENTAL, BRAIN),
        ("Major Depressive Disorder", "Anhedonia", "Suicide prevention")),
    Condition("schizophrenia", "psychosis", "MH", 26, "thalamus",
        ("C4A", "dopamine D2 receptors"), (MENTAL, BRAIN),
        ("Schizophrenia", "Psychoses", "Working Memory")),
    Condition("autism spectrum disorder", "autism", "MH", 18, "cerebellum",
        ("SHANK3", "CHD8"), ((58, "Autism"), MENTAL, PEDIATRIC),
        ("autism spectrum disorder", "Social Behavior", "Language Development")),
    Condition("opioid use disorder", "OUD", "DA", 36, "nucleus accumbens",
        ("mu opioid receptors", "buprenorphine"), ((4372, "Opioids"), MENTAL),
        ("opioid use disorder", "Overdose", "Harm Reduction")),
    Condition("glaucoma", "glaucoma", "EY", 20, "optic nerve",
        ("myocilin", "OPTN"), ((225, "Eye Disease"), AGING),
        ("Glaucoma", "Retinal Ganglion Cells", "Intraocular pressure")),
    Condition("preterm birth", "prematurity", "HD", 26, "placenta",
        ("oxytocin receptor", "IL-6"), (PEDIATRIC, WOMEN),
        ("Premature Birth", "Pregnancy", "Infant Health")),
    Condition("periodontitis", "gum disease", "DE", 14, "gingiva",
        ("P. gingivalis", "RANKL"), ((207, "Dental/Oral and Craniofacial Disease"),),
        ("Periodontitis", "Alveolar Bone Loss", "Biofilm")),
    Condition("arsenic exposure", "arsenic", "ES", 18, "bladder",
        ("AS3MT", "NRF2"), ((210, "Environmental Health"),),
        ("Arsenic", "Drinking Water", "Environmental Exposure")),
    Condition("hearing loss", "hearing loss", "DC", 18, "cochlea",
        ("GJB2", "TMC1"), ((200, "Deafness"),),
        ("hearing impairment", "Hair Cells", "Cochlear Implants")),
    Condition("protein folding", "proteostasis", "GM", 50, "the endoplasmic reticulum",
        ("HSP70", "PERK"), (GENETICS,),
        ("Protein folding", "Molecular Chaperones", "Cryoelectron Microscopy")),
    Condition("gene regulation", "transcription", "GM", 46, "the nucleus",
        ("Mediator", "CTCF"), (GENETICS,),
        ("Gene Expression Regulation", "Chromatin", "Enhancers")),
)  # fmt: skip
"""About one project in six is on a cancer, as in RePORTER."""
