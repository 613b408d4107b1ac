"""An uploaded file → sheets, or one sentence why it cannot be read."""

from __future__ import annotations

from app.core.sheets.delimited import read_delimited
from app.core.sheets.table import IntakeRefused, RawSheet
from app.core.sheets.workbook import read_xlsx

MAX_FILE_BYTES = 32 * 1024 * 1024
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_workbook(data: bytes, filename: str) -> list[RawSheet]:
    """The sheets of an .xlsx or .csv file, cells as typed.

    The content decides, not the name. Raises IntakeRefused with a sentence for anything that is
    no such file, is locked, is damaged or is larger than any register (32 MB, 64 MB unpacked,
    100,000 rows, 200 columns).
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise IntakeRefused("文件是空的。", "The file is empty.", "empty")
    if len(data) > MAX_FILE_BYTES:
        raise IntakeRefused(
            "文件超过 32 MB，请分成几个文件上传。",
            "The file is larger than 32 MB. Please split it.",
            "too-large",
        )
    sheets = read_xlsx(data) if data.startswith(_ZIP) else _read_other(data, filename)
    if not any(cell is not None for sheet in sheets for row in sheet.rows for cell in row):
        raise IntakeRefused("表里什么也没有填。", "Nothing is filled in.", "empty")
    return sheets


def _read_other(data: bytes, filename: str) -> list[RawSheet]:
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise IntakeRefused(
                "文件加了密码，请在 Excel 里去掉密码再上传。",
                "The file is locked with a password. Please remove it in Excel first.",
                "encrypted",
            )
        raise IntakeRefused(
            "这是旧版 .xls（或其他旧格式）文件，请在 Excel 或 WPS 里另存为 .xlsx 再上传。",
            "This is an old .xls file. Please save it as .xlsx and upload it again.",
            "old-xls",
        )
    head = data[:512].lstrip().lower()
    if data.startswith((_PDF, *_PICTURES)) or head.startswith((b"<", b"{\\rtf")):
        raise IntakeRefused(
            "这不是表格文件。请上传 .xlsx 或 .csv。",
            "This is not a spreadsheet. Please upload .xlsx or .csv.",
            "wrong-type",
        )
    return [read_delimited(data, filename)]
