"""The import of a school."""

from accounts.entries.desk import Desk
from accounts.school_register import import_pages, imports, onde
from chassis.clock import PARIS
from chassis.commands import once
from chassis.objects import Objects
from chassis.service import answers, every
from contracts.accounts.imports import (
    AbandonImport,
    ApplyImport,
    DecideImport,
    FileReference,
    ImportMoved,
    ImportPage,
    ImportsPage,
    ImportUndecided,
    ImportView,
    ListImports,
    OpenImport,
    StartImport,
)
from contracts.caller import Caller, Role

BUCKET = "imports"
LARGEST_FILE = 8 * 1024 * 1024


class ImportDesk(Desk):
    """The import of a school."""

    @answers(ListImports)
    def list_imports(self, ask: ListImports, caller: Caller) -> ImportsPage:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return import_pages.list_imports(session)

    @answers(OpenImport)
    def open_import(self, ask: OpenImport, caller: Caller) -> ImportPage:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return import_pages.open_page(session, ask)

    @answers(StartImport)
    def start_import(self, ask: StartImport, caller: Caller) -> ImportView:
        caller.staff(Role.FAMILY_FILES)
        now = self.clock.now()
        today = now.astimezone(PARIS).date()
        pupils = imports.read_file("pupils", lambda: onde.read_pupils(self._fetch(ask.pupils), today))
        rows = imports.read_file("guardians", lambda: onde.read_guardians(self._fetch(ask.guardians)))
        with self.begin() as session:
            return once(session, ask, caller, lambda: imports.start(session, ask, pupils, rows, caller, now))

    @answers(DecideImport)
    def decide_import(self, ask: DecideImport, caller: Caller) -> ImportView:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            return once(session, ask, caller, lambda: imports.decide(session, ask, self.clock.now()))

    @answers(ApplyImport)
    def apply_import(self, ask: ApplyImport, caller: Caller) -> ImportView:
        caller.staff(Role.FAMILY_FILES)
        try:
            with self.begin() as session:
                view = once(
                    session, ask, caller, lambda: imports.apply(session, ask, caller, self.clock.now())
                )
        except (ImportUndecided, ImportMoved):
            # The register has changed since the preview: what is new in it is kept, to be seen and answered.
            with self.begin() as session:
                imports.refresh(session, ask.import_id, self.clock.now())
            raise
        self._delete_files()
        return view

    @answers(AbandonImport)
    def abandon_import(self, ask: AbandonImport, caller: Caller) -> ImportView:
        caller.staff(Role.FAMILY_FILES)
        with self.begin() as session:
            view = once(
                session, ask, caller, lambda: imports.abandon(session, ask.import_id, self.clock.now())
            )
        self._delete_files()
        return view

    def _fetch(self, file: FileReference) -> bytes:
        with Objects(self.settings).get(BUCKET, file.key) as stream:
            content = b"".join(stream)
        if len(content) > LARGEST_FILE:
            raise onde.FileProblem("not_text")
        return content

    def _delete_files(self) -> None:
        """Closed imports leave nothing in the bucket; what cannot be deleted now is deleted by the timer."""
        objects = Objects(self.settings)
        with self.begin() as session:
            for import_id, keys in imports.files_to_delete(session).items():
                for key in keys:
                    objects.delete(BUCKET, key)
                imports.note_deleted(session, import_id)

    @every(seconds=3600)
    def tidy_imports(self) -> None:
        """What has had its time is forgotten: previews, rows and files."""
        with self.begin() as session:
            imports.tidy_up(session, self.clock.now())
        if self.settings.s3_url:
            self._delete_files()
