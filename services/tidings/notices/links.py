"""Where the links in mails lead (pure).

Personal ones carry the reader's token, for which a slot stands until the mail is finished.
"""

from dataclasses import dataclass
from urllib.parse import quote

from tidings.rendering.slots import SLOT
from tidings.rendering.speech import SOURCE_LANGUAGE


@dataclass(frozen=True)
class Links:
    """The addresses of a site's pages in one language; ``site_url`` has no slash at its end.

    A search is named by ``saved_search.search_id``, which all who saved it share, and a study by
    its key: so a link is the same in everybody's mail but for the token.
    """

    site_url: str
    language: str = SOURCE_LANGUAGE
    token: str = SLOT

    @property
    def home(self) -> str:
        """The first page."""
        return self.site_url if self.language == SOURCE_LANGUAGE else self._at("")

    @property
    def manage(self) -> str:
        """All that a reader follows and searches for, behind a sign-in."""
        return self._at("/manage")

    @property
    def endpoints(self) -> str:
        """A reader's webhooks and chats, behind a sign-in."""
        return self._at("/manage/endpoints")

    @property
    def mail(self) -> str:
        """All that this mail tells, without a cap."""
        return self._at(f"/mail/{self.token}")

    @property
    def mail_csv(self) -> str:
        """The same as a table."""
        return self._at(f"/mail/{self.token}/changes.csv")

    @property
    def unsubscribe(self) -> str:
        """The end of everything."""
        return self._at(f"/unsubscribe/{self.token}")

    def study(self, key: str) -> str:
        """Return the public page of a study."""
        return self._at(f"/studies/{quote(key)}")

    def study_settings(self, key: str) -> str:
        """Return where to mute a followed study, or to change how often it is told."""
        return self._at(f"/mail/{self.token}/studies/{quote(key)}")

    def stop_study(self, key: str) -> str:
        """Return where to stop following a study."""
        return self._at(f"/unsubscribe/{self.token}/studies/{quote(key)}")

    def search_settings(self, search_id: int) -> str:
        """Return where to pause a saved search, or to change how often it is told."""
        return self._at(f"/mail/{self.token}/searches/{search_id}")

    def stop_search(self, search_id: int) -> str:
        """Return where to end a saved search."""
        return self._at(f"/unsubscribe/{self.token}/searches/{search_id}")

    def sweep(self, sweep_id: int) -> str:
        """Return the receipt of a sweep."""
        return self._at(f"/sweeps/{sweep_id}")

    def confirm(self, secret: str) -> str:
        """Return where an address says yes."""
        return self._at(f"/confirm/{secret}")

    def sign_in(self, secret: str) -> str:
        """Return where a mailed secret signs its reader in."""
        return self._at(f"/sign-in/{secret}")

    def change_address(self, secret: str) -> str:
        """Return where a new address says that it is the reader's."""
        return self._at(f"/address/{secret}")

    def _at(self, path: str) -> str:
        prefix = "" if self.language == SOURCE_LANGUAGE else f"/{self.language}"
        return f"{self.site_url}{prefix}{path}"
