"""The import of a donors' list: upload, mend, commit, undo, the rest handed back."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response, UploadFile

from app.accounts.access import Planner
from app.core.db import Db
from app.core.find import edit, show_etag
from app.core.problems import language_of
from app.core.sheet_imports import SheetImport, find_import, latest_imports
from app.core.sheet_previews import ImportEdit, ImportOut, ImportRef, plain_filename
from app.donors import imports

router = APIRouter(prefix="/imports/donors")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _answer(db: Db, response: Response, row: SheetImport) -> ImportOut:
    show_etag(response, row)
    return imports.preview(db, row)


@router.post("", status_code=201)
def upload(file: UploadFile, subject: Planner, db: Db, response: Response) -> ImportOut:
    """Upload an .xlsx or .csv: the columns guessed, each row judged, nothing taken in yet."""
    data = file.file.read()
    row = imports.upload(db, subject, filename=plain_filename(file.filename), data=data)
    return _answer(db, response, row)


@router.get("")
def latest(subject: Planner, db: Db) -> list[ImportRef]:
    """The latest imports, newest first."""
    rows = latest_imports(db, subject.org_id, imports.KIND)
    return [ImportRef.model_validate(row) for row in rows]


@router.get("/{import_id}")
def open_import(import_id: UUID, subject: Planner, db: Db, response: Response) -> ImportOut:
    """The import as it stands."""
    return _answer(db, response, find_import(db, subject.org_id, import_id, imports.KIND))


@router.patch("/{import_id}")
def mend(
    import_id: UUID,
    body: ImportEdit,
    subject: Planner,
    db: Db,
    request: Request,
    response: Response,
) -> ImportOut:
    """Confirm columns or mend cells (If-Match); answers with every row judged again."""
    row = find_import(db, subject.org_id, import_id, imports.KIND, lock=True)
    edit(row, request)
    imports.mend(db, subject, row, body)
    return _answer(db, response, row)


@router.post("/{import_id}/commit")
def commit(import_id: UUID, subject: Planner, db: Db, response: Response) -> ImportOut:
    """Take the good rows in."""
    return _answer(db, response, imports.commit_import(db, subject, import_id))


@router.post("/{import_id}/undo")
def undo(import_id: UUID, subject: Planner, db: Db, response: Response) -> ImportOut:
    """Take the import back, except what has announced food since."""
    return _answer(db, response, imports.undo_import(db, subject, import_id))


@router.get(
    "/{import_id}/returned.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
def returned(import_id: UUID, subject: Planner, db: Db, request: Request) -> Response:
    """The rows that did not go in, with a column that says why."""
    row = find_import(db, subject.org_id, import_id, imports.KIND)
    headers = {"content-disposition": f'attachment; filename="returned-{row.id}.xlsx"'}
    body = imports.returned(db, row, language_of(request))
    return Response(body, media_type=XLSX, headers=headers)
