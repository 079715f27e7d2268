"""Letters about invented studies, for looking at mails and for their golden files (pure)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from tidings.notices import sample_studies as studies
from tidings.notices.digest_words import digest_subject, preheader
from tidings.notices.letters import (
    AlertLetter,
    DigestLetter,
    HeartbeatLetter,
    Receipt,
    RolledStudy,
    RollUp,
    RollUpLetter,
    SearchBlock,
    SearchLinks,
)
from tidings.notices.links import Links
from tidings.notices.plain_letters import (
    AddressChangedLetter,
    BrakePulledLetter,
    ChangeAddressLetter,
    ConfirmLetter,
    EndpointDisabledLetter,
    GoodbyeLetter,
    Letter,
    SignInLetter,
    WelcomeLetter,
    WelcomeSearch,
    WelcomeStudy,
)
from tidings.notices.voices import Voice
from tidings.projects.wording import headline
from tidings.rendering.speech import SOURCE_LANGUAGE, speech_of

SITE = "https://tidings.example"
SWEEP = 41
SEARCH = 12


def sample_voice(language: str = SOURCE_LANGUAGE) -> Voice:
    """Return how the reader of the samples is written to."""
    return Voice(speech_of(language), Links(SITE, language), UTC, "12 Harbor Street, Portland ME")


def sample_letters(language: str = SOURCE_LANGUAGE) -> Mapping[str, Letter]:
    """Return one letter for each folder of templates/mail, by its name."""
    voice = sample_voice(language)
    return {
        "confirm": _confirm(voice),
        "welcome": _welcome(voice),
        "change-alert": _alert(voice),
        "roll-up": _roll_up(voice),
        "digest": sample_digest(voice),
        "heartbeat": _heartbeat(voice),
        "goodbye": GoodbyeLetter(
            voice.bare_footer(voice.speech.say("You get this because you asked us to stop."))
        ),
        **_letters_about_access(voice),
    }


def sample_variants(language: str = SOURCE_LANGUAGE) -> Mapping[str, tuple[str, Letter]]:
    """Return letters that are out of the ordinary, each with the name of its mail, by their own."""
    voice = sample_voice(language)
    digest = sample_digest(voice)
    block = digest.searches[0]
    digests = {
        "digest-followed": replace(digest, searches=(), found=0, subject=_subject(3, 0, voice)),
        "digest-found": replace(
            digest,
            followed=(),
            changes=0,
            changed=0,
            found=1,
            searches=(replace(block, studies=block.studies[:1], more=0),),
            subject=_subject(0, 1, voice),
            preheader="",
        ),
        "digest-late": replace(
            digest, starts_on=date(2026, 2, 23), late=True, stale_since=date(2026, 3, 16)
        ),
        "digest-many": _many(digest, voice),
        "digest-odd": replace(
            digest,
            changes=5,
            followed=(studies.longest(voice), studies.bare(voice)),
            subject=digest_subject(5, 2, 38, ["Sjögren’s syndrome"], voice.speech),
        ),
    }
    undone = studies.happened(studies.RESTORED)
    reversal = replace(
        _alert(voice),
        headline=headline(undone, voice.speech),
        preheader=preheader(undone, voice.speech),
        study=studies.restored(voice),
    )
    return {
        **{name: ("digest", letter) for name, letter in digests.items()},
        "alert-found": ("change-alert", _alert_of_search(voice)),
        "alert-reversal": ("change-alert", reversal),
        "welcome-empty": ("welcome", _welcome_of_nothing(voice)),
    }


def sample_digest(voice: Voice) -> DigestLetter:
    """Return a weekly digest with two followed studies and one search."""
    happened = studies.happened(studies.CUT, studies.LESS, studies.RESTORED)
    return DigestLetter(
        cadence="weekly",
        starts_on=date(2026, 3, 23),
        ends_on=date(2026, 3, 30),
        subject=_subject(3, 38, voice),
        preheader=preheader(happened, voice.speech),
        changes=3,
        changed=2,
        found=38,
        followed=(studies.stiff(voice), studies.restored(voice)),
        rolled=(),
        searches=(
            SearchBlock(
                search=_search(voice),
                studies=(studies.found(voice),),
                more=37,
                more_url=f"{voice.links.mail}#search-{SEARCH}",
            ),
        ),
        receipts=(_receipt(voice),),
        all_url=voice.links.mail,
        csv_url=voice.links.mail_csv,
        late=False,
        footer=voice.footer(
            voice.speech.say("You get this weekly digest of what you follow and search for.")
        ),
    )


def _subject(changes: int, found: int, voice: Voice) -> str:
    return digest_subject(changes, 2, found, (), voice.speech)


def _many(digest: DigestLetter, voice: Voice) -> DigestLetter:
    """Return a digest with as much as there may be in one, a storm at an organization too."""
    found = [studies.found(voice, 910000 + number) for number in range(20)]
    second = replace(_search(voice), name="Cáncer de mama triple negativo")
    block = digest.searches[0]
    return replace(
        digest,
        followed=(*digest.followed, *(studies.longest(voice) for _ in range(3))),
        more_followed=4,
        changes=128,
        changed=34,
        found=85,
        rolled=(_rolled(voice),),
        searches=(
            replace(block, studies=tuple(found[:10])),
            replace(block, search=second, studies=tuple(found[10:]), more=28),
        ),
        subject=digest_subject(128, 34, 85, (), voice.speech),
    )


def _search(voice: Voice) -> SearchLinks:
    return SearchLinks(
        search_id=SEARCH,
        name="Triple-negative breast cancer",
        settings_url=voice.links.search_settings(SEARCH),
        stop_url=voice.links.stop_search(SEARCH),
    )


def _alert(voice: Voice) -> AlertLetter:
    changes = studies.happened(studies.CUT, studies.LESS)
    return AlertLetter(
        headline=headline(changes, voice.speech),
        preheader=preheader(changes, voice.speech),
        study=studies.stiff(voice),
        receipt=_receipt(voice),
        footer=voice.footer(
            voice.speech.say("You get this at once because you follow this study.")
        ),
    )


def _alert_of_search(voice: Voice) -> AlertLetter:
    changes, search = studies.happened(studies.NEW), _search(voice)
    return AlertLetter(
        headline=headline(changes, voice.speech),
        preheader=preheader(
            changes, voice.speech, voice.speech.say("One of your searches found it.")
        ),
        study=studies.found(voice),
        receipt=_receipt(voice),
        search=search,
        footer=voice.footer(
            voice.speech.say(
                "You get this at once because of your search {names}.", names=f"“{search.name}”"
            )
        ),
    )


def _roll_up(voice: Voice) -> RollUpLetter:
    return RollUpLetter(
        preheader=preheader(studies.happened(studies.CUT), voice.speech),
        studies=121,
        groups=(_rolled(voice),),
        more=0,
        all_url=voice.links.mail,
        csv_url=voice.links.mail_csv,
        receipt=_receipt(voice),
        footer=voice.footer(
            voice.speech.say(
                "You get this at once because much happened in one reading to studies that "
                "you follow or search for."
            )
        ),
    )


def _rolled(voice: Voice) -> RollUp:
    first = studies.stiff(voice)
    return RollUp(
        organization="Northgate University",
        headline=headline(studies.happened(studies.CUT), voice.speech),
        count=121,
        studies=tuple(
            RolledStudy(key, title, voice.links.study(key), first.lines[0])
            for key, title in zip(
                ("CA900001", "CA900011", "HL900012", "AI900013", "MH900014"),
                studies.TITLES,
                strict=True,
            )
        ),
        all_url=voice.links.mail,
        explanation=first.lines[0].explanation,
    )


def _heartbeat(voice: Voice) -> HeartbeatLetter:
    return HeartbeatLetter(
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 3, 30),
        follows=4,
        searches=1,
        receipt=_receipt(voice),
        footer=voice.footer(
            voice.speech.say(
                "You get this because you asked for a word when there is nothing to tell."
            )
        ),
    )


def _confirm(voice: Voice) -> ConfirmLetter:
    speech = voice.speech
    title = "How stiff tissue keeps immune cells out of breast tumors"
    what = speech.say("news of study {key}, {title}", key="CA900001", title=title)
    return ConfirmLetter(
        wishes=(speech.say("{what} ({cadence})", what=what, cadence=speech.say("weekly")),),
        confirm_url=voice.links.confirm("sample-secret"),
        life=speech.count(48, "{n} hour", "{n} hours"),
        footer=voice.footer(speech.say("You get this because this address was typed at Tidings.")),
    )


def _welcome(voice: Voice) -> WelcomeLetter:
    speech = voice.speech
    plain = replace(studies.stiff(voice), lines=(), note="", settings_url="", stop_url="")
    newest = [
        replace(studies.found(voice, 920000 + number), title=title, lines=(), excerpts=())
        for number, title in enumerate(studies.TITLES)
    ]
    return WelcomeLetter(
        follows=(WelcomeStudy(plain, speech.say("as it happens")),),
        more_follows=0,
        searches=(WelcomeSearch(_search(voice), speech.say("weekly"), 37, tuple(newest)),),
        more_searches=2,
        read_on=date(2026, 3, 30),
        footer=voice.footer(speech.say("You get this once, because you have just confirmed.")),
    )


def _welcome_of_nothing(voice: Voice) -> WelcomeLetter:
    """Return the welcome of searches that match nothing yet, and of one for changes."""
    search, weekly = _search(voice), voice.speech.say("weekly")
    return replace(
        _welcome(voice),
        follows=(),
        searches=(
            WelcomeSearch(search, weekly, 0, ()),
            WelcomeSearch(replace(search, name="change:end_cut AND ic:NCI"), weekly, None, ()),
        ),
        more_searches=0,
        read_on=None,
    )


def _letters_about_access(voice: Voice) -> dict[str, Letter]:
    speech, links = voice.speech, voice.links
    typed = voice.bare_footer(speech.say("You get this because this address was typed at Tidings."))
    return {
        "sign-in": SignInLetter(
            sign_in_url=links.sign_in("sample-secret"),
            life=speech.count(20, "{n} minute", "{n} minutes"),
            footer=voice.bare_footer(
                speech.say("You get this because somebody asked to sign in as you.")
            ),
        ),
        "change-address": ChangeAddressLetter(
            change_url=links.change_address("sample-secret"),
            life=speech.count(24, "{n} hour", "{n} hours"),
            footer=typed,
        ),
        "address-changed": AddressChangedLetter(
            changed_on=date(2026, 3, 30),
            contact="help@tidings.example",
            footer=voice.bare_footer(
                speech.say("You get this because this was your address at Tidings.")
            ),
        ),
        "endpoint-disabled": EndpointDisabledLetter(
            kind="webhook",
            label="Office server",
            reason=voice.speech.say("It has not taken a message for a long time."),
            disabled_on=date(2026, 3, 30),
            settings_url=links.manage,
            footer=voice.footer(speech.say("You get this because you asked for news by this way.")),
        ),
        "brake-pulled": BrakePulledLetter(
            reason="20,000 mails in 24 hours are the limit",
            pulled_by="Tidings",
            pulled_at=datetime(2026, 3, 30, 12, 0, tzinfo=UTC),
            ops_url=f"{SITE}/ops",
            footer=voice.bare_footer(
                speech.say("You get this because you are named as the operator.")
            ),
        ),
    }


def _receipt(voice: Voice) -> Receipt:
    return Receipt(
        swept_on=date(2026, 3, 30),
        examined=148_102,
        changed=1481,
        unexamined=0,
        url=voice.links.sweep(SWEEP),
    )
