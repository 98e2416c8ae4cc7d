"""TU, TR and RS of one rebuilt subject: a lesion at the primary site and one at each printed metastasis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trialwright.claims.reconstruct.courses import scan_days
from trialwright.claims.reconstruct.treatment import iso
from trialwright.claims.recorded import RecordDomain

if TYPE_CHECKING:
    from trialwright.claims.reconstruct.people import Person

_SIZES = {"CR": 0.0, "PR": 30.0, "SD": 50.0, "PD": 75.0}
_NODE_SIZES = {"CR": 8.0, "PR": 18.0, "SD": 30.0, "PD": 45.0}
_READ = {"TRMETHOD": "CT SCAN", "TREVAL": "INVESTIGATOR"}
_BASELINE_DAY = -1


def _lesions(person: Person) -> list[tuple[str, str]]:
    """Lesions by link and place: the primary tumour, then metastases on record."""
    terms = [term.upper() for domain, term in person.records if domain is RecordDomain.MH]
    primary = "GALLBLADDER" if any("GALLBLADDER" in term for term in terms) else "LIVER"
    places = [primary]
    places += ["LIVER"] if any("METASTASES" in term and "LIVER" in term for term in terms) else []
    places += ["LYMPH NODE"] if any("METASTASES" in term and "LYMPH" in term for term in terms) else []
    return [(f"T{number:02d}", place) for number, place in enumerate(places, start=1)]


def scans(base: dict[str, str], person: Person) -> dict[str, list[dict[str, Any]]]:
    """The records of every scan; none for who was never assessed."""
    tables: dict[str, list[dict[str, Any]]] = {"TU": [], "TR": [], "RS": []}
    if not person.course.best:
        return tables
    lesions = _lesions(person)
    screening = {"VISITNUM": 0.0, "VISIT": "SCREENING"}
    for link, place in lesions:
        found = {"TULNKID": link, "TUTESTCD": "TUMIDENT", "TUTEST": "Tumor Identification"}
        read = {"TUORRES": "TARGET", "TUSTRESC": "TARGET", "TULOC": place, "TUMETHOD": "CT SCAN"}
        dated = {"TUEVAL": "INVESTIGATOR", "TUDTC": iso(person, _BASELINE_DAY)}
        tables["TU"].append(base | found | read | dated | screening)
    for number, (day, shows) in enumerate([(_BASELINE_DAY, "SD"), *scan_days(person.course)]):
        visit = {"VISITNUM": 100.0 + number, "VISIT": f"SCAN {number}"} if number else screening
        when = iso(person, day)
        tables["TR"] += [
            base | _measured(link, place, shows) | visit | {"TRDTC": when} for link, place in lesions
        ]
        if number:
            test = {"RSTESTCD": "OVRLRESP", "RSTEST": "Overall Response", "RSCAT": "RECIST 1.1"}
            read = {"RSORRES": shows, "RSSTRESC": shows, "RSEVAL": "INVESTIGATOR", "RSDTC": when}
            tables["RS"].append(base | test | read | visit)
    return tables


def _measured(link: str, place: str, shows: str) -> dict[str, Any]:
    """One measurement: all lesions go the same way."""
    is_node = place == "LYMPH NODE"
    size = (_NODE_SIZES if is_node else _SIZES)[shows]
    test = ("SAXIS", "Short Axis") if is_node else ("LDIAM", "Longest Diameter")
    return _READ | {
        "TRGRPID": "TARGET",
        "TRLNKID": link,
        "TRTESTCD": test[0],
        "TRTEST": test[1],
        "TRORRES": f"{size:g}",
        "TRORRESU": "mm",
        "TRSTRESC": f"{size:g}",
        "TRSTRESN": size,
        "TRSTRESU": "mm",
    }
