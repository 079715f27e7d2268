"""The words that the checks of drafts look for, in English and in Spanish (pure data).

Lists of cues are coarse on purpose: a good sentence that is refused costs one more try, a bad one
that passes costs an editor's trust.
"""

# ruff: noqa: SIM905 - a list of words reads better as one text

import re
import unicodedata
from dataclasses import dataclass
from re import Pattern

from tidings.pages.showing import fit_to_show


def _words(*parts: str) -> Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)


_SOFTWARE = _words(
    r"(?:ignore|disregard|forget|override|overrule|bypass|skip) (?:\w+ ){0,4}"
    r"(?:above|previous|prior|preceding|earlier|foregoing|instructions?|prompts?|rules?|"
    r"guidelines?)",
    r"(?:new|updated|real|actual|hidden|secret|final|following|these|your|system|developer) "
    r"(?:instructions?|prompt|directives?|orders)",
    r"system (?:prompt|message|override)|(?:system|assistant|user|developer) ?:",
    r"(?:as|you are|act as|pretend to be|behave as) an? (?:\w+ )?(?:ai|a\.i\.|llm|chatbot|"
    r"language model|assistant|bot)",
    r"language models?[,:]? (?:reading|processing|summari[sz]ing|should|must|please|are asked)",
    r"(?:note|message|instructions?|attention) (?:to|for) (?:the |any |all )?"
    r"(?:ai|a\.i\.|llms?|chatbots?|language models?|assistants?|summari[sz]ers?|"
    r"reviewers? models?)",
    r"you (?:are|must|should|will|need to|have to) (?:now |also |only |always |instead )?"
    r"(?:be|write|say|output|respond|reply|answer|print|state|include|claim|act|obey|follow|add|"
    r"tell|return|cite|free|in|an?|no longer|unrestricted)",
    r"(?:write|say|output|respond with|reply with|answer with|print|return|repeat|append|insert) "
    r"(?:only |exactly |verbatim |instead )?(?:that|the following|this|[\"'“:]|only|exactly)",
    r"(?:when|if) (?:you )?(?:summari[sz]\w+|rewrit\w+|draft\w+|translat\w+) (?:this|it|the)",
    r"(?:in|for) (?:your|the) (?:summary|draft|plain[- ]language (?:summary|version)),? "
    r"(?:write|say|state|claim|include|mention|tell|add|always)",
    r"do anything now|jailbreak\w*|developer mode|prompt injection|end of (?:prompt|record|source)",
    r"(?:tool_calls?|span_ids|looks_at|json schema|base64)",
    r"ignor[ae] (?:\w+ ){0,4}(?:anterior(?:es)?|instrucciones|reglas)|olvid[ae] (?:\w+ ){0,4}"
    r"(?:anterior(?:es)?|instrucciones|reglas)|nuevas instrucciones|escrib[ae] (?:que|"
    r"lo siguiente)",
    r"(?:as an ai|como (?:una )?(?:ia|inteligencia artificial)|modelo de lenguaje)",
)
_MARKS = re.compile(
    r"<\||\|>|\[/?(?:INST|SYS|system)\]|<</?SYS>>|</?(?:system|user|assistant|record|source|"
    r"script)\b"
    r"|^\s*\[\d+\](?!\.)|^\s*#{2,}|```|\bBEGIN (?:SYSTEM|PROMPT)|\{\s*\"",
    re.IGNORECASE | re.MULTILINE,
)


def speaks_to_software(text: str) -> bool:
    """Say whether words are meant for whoever processes a text, and not for whoever reads it."""
    plain = unicodedata.normalize("NFKC", fit_to_show(text))
    return bool(_SOFTWARE.search(" ".join(plain.split())) or _MARKS.search(plain))


@dataclass(frozen=True)
class Cues:
    """The cues of one language; ``kinds`` tell people from animals and from the laboratory."""

    negation: Pattern[str]
    breaks: Pattern[str]
    hedges: Pattern[str]
    claims: Pattern[str]
    up: Pattern[str]
    down: Pattern[str]
    people: Pattern[str]
    animals: Pattern[str]
    lab: Pattern[str]
    persons: Pattern[str]
    advice: Pattern[str]
    eligible: Pattern[str]
    promise: Pattern[str]
    residue: Pattern[str]
    judgement: Pattern[str]
    quantities: Pattern[str]
    numbers: dict[str, int]
    percent: Pattern[str]


_ENGLISH_NUMBERS = {
    word: value
    for value, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split(),
        2,
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SPANISH_NUMBERS = {
    word: value
    for value, word in enumerate(
        "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
        "diecisiete dieciocho diecinueve veinte".split(),
        2,
    )
} | {"treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70, "ochenta": 80}

_NEVER = _words(
    r"no|not|never|none|without|neither|nor|nobody|nothing|cannot|can[’']t|\w+n[’']t|fail(?:s|"
    r"ed)? to|"
    r"failure to|lack(?:s|ed|ing)?|absence of|unable|free of|ineffective|unsafe|unlikely|no longer|"
    r"instead of|rather than|incurable|untreatable|hardly|rarely|few"
)
_ENGLISH = Cues(
    negation=_NEVER,
    breaks=re.compile(
        r"[,;:()–—]|\b(?:but|although|though|while|whereas|and|because|which|who|that|when|if)\b",
        re.IGNORECASE,
    ),
    hedges=_words(
        r"may|might|could|can|would|will (?:test|study|examine|determine|investigate|explore|ask|"
        r"look|try|develop|use|find out|measure|learn|see)|hop(?:e|es|ed|ing)|aim(?:s|ed)?|goals?|"
        r"want(?:s)?|plan(?:s)?|test(?:s|ed|ing)?|stud(?:y|ies|ied|ying)|ask(?:s|ing)?|whether|if|"
        r"how|"
        r"hypothes[ie]\w*|potential(?:ly)?|possib(?:le|ly|ility)|seek(?:s)?|explor\w+|"
        r"investigat\w+|"
        r"examin\w+|determin\w+|expect\w*|propos\w+|think(?:s)?|believ\w+|likely|suggest\w*|"
        r"in order to|"
        r"try|tries|trying|develop\w*|look(?:s|ing)? (?:at|for|into)|learn\w*|find out|"
        r"long[- ]term|"
        r"understand\w*|better ways?|new ways?|towards?|perhaps|promis\w+|candidates?"
    ),
    claims=_words(
        r"reduces?|reduced|improves?|improved|prevents?|prevented|treats|treated|stops|stopped|"
        r"kills|killed|restores?|restored|lowers|lowered|helps|helped|heals?|healed|saves|saved|"
        r"protects|protected|shrinks|shrank|slows|slowed|works|worked|causes|caused|leads to|"
        r"led to|"
        r"reverses|reversed|ends|makes|made|fixes|fixed|blocks|blocked|raises|raised"
    ),
    up=_words(
        r"increas\w+|rais(?:e|es|ed|ing)|promot(?:e|es|ed|ing)|enhanc\w+|boost\w*|higher|more|"
        r"greater|"
        r"elevat\w+|upregulat\w+|activat\w+|strengthen\w*|rise|rises|worsen\w*"
    ),
    down=_words(
        r"decreas\w+|reduc\w+|lower\w*|inhibit\w*|block(?:s|ed|ing)?|suppress\w*|less|fewer|"
        r"slow\w*|"
        r"stop(?:s|ped|ping)?|prevent\w*|downregulat\w+|deactivat\w+|weaken\w*|shrink\w*|declin\w+|"
        r"limit(?:s|ed|ing)?|loss|lose\w*|drop\w*|fall(?:s|ing)?|cut(?:s|ting)?|curb\w*|impair\w*"
    ),
    people=_words(
        r"people|persons?|patients?|participants?|volunteers?|humans?|adults?|child(?:ren)?|"
        r"infants?|"
        r"bab(?:y|ies)|newborns?|teens?|teenagers?|adolescents?|women|woman|men|man|veterans?|"
        r"survivors?|famil(?:y|ies)|caregivers?|individuals?|subjects|youth|boys?|girls?|parents?|"
        r"mothers?|population|populations|public health"
    ),
    animals=_words(
        r"mice|mouse|murine|rats?|rodents?|zebrafish|fish|drosophila|fl(?:y|ies)|worms?|elegans|"
        r"xenopus|frogs?|primates?|macaques?|monkeys?|marmosets?|guinea pigs?|pigs?|swine|porcine|"
        r"rabbits?|ferrets?|hamsters?|dogs?|canine|sheep|xenografts?|animals?|preclinical"
    ),
    lab=_words(
        r"in vitro|ex vivo|cell lines?|cell cultures?|cultured|organoids?|ipscs?|cryo-?em|yeast|"
        r"e\. coli|bacteria grown|lab|labs|laborator(?:y|ies)|dish(?:es)?|test tubes?|grown|"
        r"biochemical"
    ),
    persons=re.compile(
        r"\b(?:I|[Ww]e|[Oo]ur|[Oo]urs|[Mm]y|[Mm]ine|[Mm]e|us|[Yy]ou|[Yy]ours?|[Yy]ourself|"
        r"[Yy]ourselves|[Ll]et[’']s)\b"
    ),
    advice=_words(
        r"should|must|ought|recommend\w*|advis\w+|talk (?:to|with)|ask (?:your|a|the) \w+|consult|"
        r"(?:people|patients|families|women|men|adults) (?:need|have) to|make sure|be sure|"
        r"it is (?:best|important|wise|time) to|don[’']t|do not|please|call now|click|visit|"
        r"^(?:ask|talk|call|see|contact|try|take|join|stop|start|avoid|go|get|learn|read|write|"
        r"send|"
        r"buy|donate|share|use|remember|note|do|consider|check|tell|keep|give|let|find|look|follow|"
        r"choose|pick|begin|help|support|subscribe|download|apply|register|enroll)"
    ),
    eligible=_words(
        r"eligib\w+|qualif\w+|good (?:fit|match|candidates?)|ideal candidates?|sign(?:ing)? up|"
        r"join(?:ing)? (?:the|this|a|our) (?:study|trial|research)|tak(?:e|ing) part|enrol\w*|"
        r"recruit\w*|open to|looking for (?:people|volunteers|participants|patients)|"
        r"(?:can|may|could) (?:apply|join|participate)|inclusion criteria|"
        r"accept\w* (?:new )?patients|"
        r"spots?|slots?|now seeking|needs? volunteers"
    ),
    promise=_words(
        r"cur(?:e|es|ed|ing)|proven|proves?|proof|guarant\w+|miracl\w+|breakthroughs?|"
        r"game[- ]chang\w+|"
        r"revolution\w*|will (?:heal|save|end|help|treat|improve|prevent|stop|fix|eliminate|"
        r"transform|change|make|give|reduce|lower|protect|extend|beat|be (?:able|safe|effective))|"
        r"eradicat\w+|once and for all|certain(?:ly)?|definite(?:ly)?|undoubtedly|always|100 ?%|"
        r"completely|clearly shows?|no doubt|no side effects|risk[- ]free"
    ),
    residue=_words(
        r"as an ai|language models?|ai model|chatbot|openai|prompt|instructions?|ignore|disregard|"
        r"i cannot|i can[’']t|sure|here (?:is|are) (?:the|a|your)|certainly|of course|json|spans?|"
        r"passages?|summary|summari[sz]e\w*|abstract|the (?:source|text|record|document) (?:says|"
        r"states)|"
        r"plain language|rewritten|draft|note:|section|sentence|hacked|pwned|obey\w*"
    ),
    judgement=_words(
        r"safe|safer|safely|safety|effective\w*|efficac\w+|success\w*|approved|better|best|worst|"
        r"superior|excellent|great|important|powerful|leading|trusted|famous|expert\w*|top|unique|"
        r"dangerous|harmful|toxic|deadly|fatal|fraud\w*|fake|hoax|secret\w*|scam|free|cheap\w*|"
        r"natural|organic|harmless|painless|fast|quick\w*|easy|easily|simple|never before|only|"
        r"first|"
        r"most|all|every\w*|significant\w*|common\w*|rare|illegal\w*|stolen|poison\w*|"
        r"vaccines? (?:cause|kill)\w*|government|vote|elect\w*|president|stocks?|crypto\w*|bitcoin|"
        r"money|price"
    ),
    quantities=_words(
        r"half|halves|thirds?|quarters?|twice|double[ds]?|triple[ds]?|dozens?|hundreds?|thousands?|"
        r"millions?|billions?|trillions?|majority|tenfold|twofold|fold"
    ),
    numbers=_ENGLISH_NUMBERS,
    percent=re.compile(r"\s*(?:%|percent\b|per cent\b)", re.IGNORECASE),
)
_SPANISH = Cues(
    negation=_words(
        r"no|ni|nunca|jamás|sin|nadie|nada|ningun[oa]s?|ningún|tampoco|imposible|incapaz|incapaces|"
        r"falta(?:n)?|carec\w+|ausencia|apenas|en lugar de|en vez de|incurables?"
    ),
    breaks=re.compile(
        r"[,;:()–—]|\b(?:pero|aunque|mientras|y|e|porque|que|quien|cuando|si|sino)\b", re.IGNORECASE
    ),
    hedges=_words(
        r"pued\w+|podr\w+|quizás?|tal vez|esper\w+|quier\w+|busc\w+|estudi\w+|prueb\w+|prob\w+|"
        r"investig\w+|explor\w+|examin\w+|analiz\w+|intent\w+|trat(?:a|an) de|posib\w+|"
        r"objetivos?|meta|cómo|si|saber|averigu\w+|entend\w+|comprend\w+|desarroll\w+|propon\w+|"
        r"plane\w+|cre(?:e|en)|piens\w+|parec\w+|sugier\w+|aprend\w+|nuevas formas|descubr\w+|"
        r"mir\w+"
    ),
    claims=_words(
        r"reduc(?:e|en|ía|ió)|mejor(?:a|an|ó)|previen(?:e|en)|evita(?:n)?|trata(?:n)?(?! de)|"
        r"detien(?:e|en)|"
        r"mata(?:n)?|restaura(?:n)?|baja(?:n)?|ayuda(?:n)?|sana(?:n)?|salva(?:n)?|protege(?:n)?|"
        r"encoge(?:n)?|frena(?:n)?|funciona(?:n)?|causa(?:n)?|logra(?:n)?|bloquea(?:n)?|"
        r"aumenta(?:n)?"
    ),
    up=_words(r"aument\w+|sub(?:e|en|ir|ió)|elev\w+|promuev\w+|mayor(?:es)?|activ\w+|refuerz\w+"),
    down=_words(
        r"disminu\w+|reduc\w+|baj(?:a|an|ar|ó)|inhib\w+|bloque\w+|suprim\w+|menor(?:es)?|"
        r"fren\w+|deten\w+|detien\w+|previen\w+|preven\w+|evit\w+|limit\w+|pérdida|pierd\w+|"
        r"impid\w+"
    ),
    people=_words(
        r"personas?|gente|pacientes?|participantes?|voluntari[oa]s?|human[oa]s?|adult[oa]s?|"
        r"niñ[oa]s?|"
        r"bebés?|recién nacid[oa]s?|adolescentes?|jóvenes|mujer(?:es)?|hombres?|veteran[oa]s?|"
        r"sobrevivientes?|familias?|cuidador(?:es|as?)|población|poblaciones|madres?|padres?"
    ),
    animals=_words(
        r"rat(?:ón|ones)|ratas?|roedor(?:es)?|pe(?:z|ces)(?: cebra)?|moscas?|gusanos?|ranas?|"
        r"primates?|"
        r"macacos?|monos?|cerdos?|conejos?|hurones|hámster(?:es)?|perros?|ovejas?|animal(?:es)?|"
        r"cobayas?"
    ),
    lab=_words(
        r"in vitro|ex vivo|laboratorios?|cultivos?|cultivad[oa]s|organoides?|levadura|"
        r"líneas celulares"
    ),
    persons=_words(
        r"yo|nosotr[oa]s|nuestr[oa]s?|mi|mis|tú|tu|tus|ti|usted(?:es)?|vos|le recomend\w+|les "
        r"recomend\w+|\w+amos|\w+emos|hemos|somos|estamos|vamos"
    ),
    advice=_words(
        r"deb(?:e|en|ería|erían|a|an)|hay que|tien(?:e|en) que|recomend\w+|aconsej\w+|consult\w+|"
        r"pregunt\w+ a|habl(?:e|a|en) con|es (?:importante|mejor|necesario)|por favor|llame|visite|"
        r"asegúrese|haga clic|^(?:pregunte|hable|llame|vea|contacte|pruebe|tome|únase|deje|evite|"
        r"lea|"
        r"escriba|compre|done|comparta|use|recuerde|note|considere|mire|siga|elija|inscríbase)"
    ),
    eligible=_words(
        r"elegib\w+|cumpl\w+ (?:con )?(?:los )?requisitos|calific\w+|buen candidat\w+|"
        r"candidat\w+ ideal\w*|"
        r"inscri\w+|reclut\w+|unirse|participar|busca(?:n)? (?:personas|voluntarios|participantes|"
        r"pacientes)|tomar parte|formar parte|abiert[oa] a|cupos?|criterios de inclusión"
    ),
    promise=_words(
        r"cur(?:a|as|an|ar|ará|arán|ado|ada)|demostrad[oa]s?|comprobad[oa]s?|garantiz\w+|milagr\w+|"
        r"revolucion\w+|sanará\w*|salvará\w*|ayudará\w*|tratará\w* (?!de)|mejorará\w*|prevendrá\w*|"
        r"eliminará\w*|evitará\w*|reducirá\w*|protegerá\w*|cambiará\w*|erradic\w+|siempre|"
        r"definitiv\w+|sin duda|completamente|100 ?%|sin riesgos?|sin efectos"
    ),
    residue=_words(
        r"como (?:una )?ia|modelo de lenguaje|inteligencia artificial|instrucci\w+|ignor\w+|json|"
        r"no puedo|aquí (?:está|tiene)|por supuesto|claro|pasajes?|resumen|borrador|sección|frase|"
        r"lenguaje sencillo|openai|hackead\w+"
    ),
    judgement=re.compile(r"(?!)"),
    quantities=_words(
        r"mitad|tercios?|tercera parte|cuartos?|cuarta parte|dobles?|triples?|docenas?|cient?os?|"
        r"miles|mil|millones|millón|mayoría|duplic\w+|triplic\w+"
    ),
    numbers=_SPANISH_NUMBERS,
    percent=re.compile(r"\s*(?:%|por ciento\b)", re.IGNORECASE),
)
CUES = {"en": _ENGLISH, "es": _SPANISH}
