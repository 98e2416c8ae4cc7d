"""RECIST 1.1 in plain Python, written from the rules alone, to hold the compiled engine to account.

Everything is a list, a dict or an int. Lengths are whole micrometres, so that every threshold is
exact. A time point looks back over the whole list of earlier visits instead of carrying a state, and
a best response is the best of all events found by looking at all pairs of visits.

A subject is a dict: `reference` (day or None), `last` (day or None), `baseline` (is the first visit
one?), `nodes` (a bool a target lesion), `visits` (dicts of `day`, `um` (a length in micrometres or
None a target lesion), `non_target` and `new`). Options are the fields of `DEFAULTS`.
"""

from __future__ import annotations

DEFAULTS = {
    "minimum_sd_days": 42,
    "confirmation_days": 28,
    "confirmation_tolerance_days": 0,
    "max_not_evaluable": 1,
    "sd_between_prs": False,
    "cr_then_pr": "ARITHMETIC",
    "reappearance_after_cr_is_pd": False,
}
LASTING = ("CR", "PR", "SD", "NON-CR/NON-PD")
TEN_MM = 10_000
FIVE_MM = 5_000


# ---------------------------------------------------------------- time points


def shows_disease(length, is_node):
    return length is not None and (length >= TEN_MM if is_node else length > 0)


def all_gone(subject, visit):
    lengths = subject["visits"][visit]["um"]
    pairs = list(zip(lengths, subject["nodes"], strict=True))
    return bool(pairs) and None not in lengths and not any(shows_disease(*pair) for pair in pairs)


def complete_sum(subject, visit):
    lengths = subject["visits"][visit]["um"]
    return sum(lengths) if lengths and None not in lengths else None


def nadir_before(subject, visit):
    sums = [complete_sum(subject, earlier) for earlier in range(visit)]
    return min((total for total in sums if total is not None), default=None)


def target_response(subject, visit):
    lengths = subject["visits"][visit]["um"]
    if not lengths:
        return None
    baseline = complete_sum(subject, 0) if subject["baseline"] else None
    gone_at_baseline = subject["baseline"] and all_gone(subject, 0)
    if all_gone(subject, visit) and subject["baseline"] and not gone_at_baseline:
        return "CR"
    measured = [length for length in lengths if length is not None]
    nadir = nadir_before(subject, visit)
    seen = any(map(shows_disease, lengths, subject["nodes"]))
    if seen and nadir is not None:
        rise = sum(measured) - nadir
        if rise >= FIVE_MM and 5 * rise >= nadir:
            return "PD"
    if len(measured) < len(lengths) or baseline is None or gone_at_baseline:
        return "NE"
    return "PR" if 10 * sum(lengths) <= 7 * baseline else "SD"


def non_target_state(subject, visit):
    if all(other["non_target"] == "NONE" for other in subject["visits"]):
        return "NONE"
    state = subject["visits"][visit]["non_target"]
    return "NE" if state == "NONE" else state


def new_lesion_counts(subject, visit):
    here = subject["visits"][visit]["new"]
    if here in ("UNEQUIVOCAL", "EQUIVOCAL_CONFIRMED"):
        return True
    if here != "EQUIVOCAL":
        return False
    last = subject["last"]
    for later in subject["visits"][visit + 1 :]:
        if last is not None and subject["visits"][visit]["day"] <= last < later["day"]:
            return False
        if later["new"] == "UNEQUIVOCAL":
            return True
        if later["new"] not in ("EQUIVOCAL", "EQUIVOCAL_CONFIRMED"):
            return False
    return False


def disease_seen(subject, visit):
    lengths = subject["visits"][visit]["um"]
    return any(map(shows_disease, lengths, subject["nodes"])) or non_target_state(subject, visit) in (
        "NON-CR/NON-PD",
        "PD",
    )


def cr_lasts_until(subject, visit, earlier_overall):
    """Was there a CR before this visit, and no disease since?"""
    since = [index for index in range(visit) if earlier_overall[index] == "CR"]
    return bool(since) and not any(disease_seen(subject, index) for index in range(since[-1] + 1, visit))


TABLE = {
    ("CR", "CR"): "CR",
    ("CR", "NONE"): "CR",
    ("CR", "NON-CR/NON-PD"): "PR",
    ("CR", "NE"): "PR",
    (None, "CR"): "CR",
    (None, "NON-CR/NON-PD"): "NON-CR/NON-PD",
    (None, "NE"): "NE",
    (None, "NONE"): "NED",
}


def overall_responses(subject, options):
    overall = []
    for visit in range(len(subject["visits"])):
        if visit == 0 and subject["baseline"]:
            overall.append("")
            continue
        target, non_target = target_response(subject, visit), non_target_state(subject, visit)
        progressed = "PD" in (target, non_target) or new_lesion_counts(subject, visit)
        back = (
            options["reappearance_after_cr_is_pd"]
            and cr_lasts_until(subject, visit, overall)
            and disease_seen(subject, visit)
        )
        if progressed or back:
            overall.append("PD")
        elif not subject["baseline"]:
            overall.append("NE")
        else:
            overall.append(TABLE.get((target, non_target), target))
    return overall


# ---------------------------------------------------------------- best response


def counting(days, responses, reference, last, options):
    """List (visit, day, response) of what counts, up to and including the first PD."""
    found = []
    for visit, (day, recorded) in enumerate(zip(days, responses, strict=True)):
        response = recorded
        before = reference is not None and day < reference
        if response in ("", "MISSING") or before or (last is not None and day > last):
            continue
        real = options["cr_then_pr"] == "PD" and "CR" in [entry[2] for entry in found]
        if real and response in ("PR", "SD", "NON-CR/NON-PD"):
            response = "PD"
        found.append((visit, day, response))
        if response == "PD":
            break
    return found


def confirmed(found, wanted, options):
    """List the pairs (visit, confirming visit) of a confirmed CR or PR, one for each first visit."""
    apart = options["confirmation_days"] - options["confirmation_tolerance_days"]
    confirming = {"CR": {"CR"}, "PR": {"CR", "PR"}}[wanted]
    was_pr = options["cr_then_pr"] == "PR"
    starts = {wanted, "CR"} if wanted == "PR" and was_pr else {wanted}
    pairs = []
    for position, (visit, day, response) in enumerate(found):
        if response not in starts:
            continue
        earlier = [entry[2] for entry in found[:position]]
        if wanted == "PR" and options["cr_then_pr"] == "SD" and "CR" in earlier:
            continue
        far = [
            index
            for index in range(position + 1, len(found))
            if found[index][2] in confirming and found[index][1] >= day + apart
        ]
        if not far:
            continue
        group = [entry[2] for entry in found[position + 1 : far[0] + 1]]
        text = " ".join(group)
        allowed = confirming | {"NE"}
        if options["sd_between_prs"] and wanted == "PR":
            allowed = allowed | {"SD"}
        after_cr = group[group.index("CR") :] if "CR" in group else []
        if not set(group) <= allowed or text.split().count("NE") > options["max_not_evaluable"]:
            continue
        if "SD" in after_cr or ("PR" in after_cr and not was_pr):
            continue
        pairs.append((visit, found[far[0]][0]))
    return pairs


def best_responses(days, responses, reference, last, options):
    found = counting(days, responses, reference, last, options)

    def lasting(kinds):
        if reference is None:
            return []
        least = reference + options["minimum_sd_days"]
        return [visit for visit, day, response in found if response in kinds and day >= least]

    def of(*kinds):
        return [visit for visit, _, response in found if response in kinds]

    crs, prs = confirmed(found, "CR", options), confirmed(found, "PR", options)
    below = [
        ("SD", lasting(("CR", "PR", "SD"))),
        ("NON-CR/NON-PD", lasting(("NON-CR/NON-PD",))),
        ("PD", of("PD")),
        ("NED", of("NED")),
        ("NE", of("CR", "PR", "SD", "NON-CR/NON-PD", "NE")),
        ("MISSING", [-1]),
    ]
    unconfirmed_events = [("CR", of("CR")), ("PR", of("PR")), *below]
    confirmed_events = [("CR", [v for v, _ in crs]), ("PR", [v for v, _ in prs]), *below]

    def best(events):
        return next((kind, min(visits)) for kind, visits in events if visits)

    def first(visits):
        return min(visits, default=-1)

    responders, confirmed_responders = of("CR", "PR"), [visit for visit, _ in crs + prs]
    cbor = best(confirmed_events)
    by = dict(crs if cbor[0] == "CR" else prs).get(cbor[1], -1) if cbor[0] in ("CR", "PR") else -1
    return {
        "bor": best(unconfirmed_events),
        "cbor": cbor,
        "confirmed_at": by,
        "rsp": first(responders),
        "crsp": first(confirmed_responders),
        "cb": first(responders + lasting(LASTING)),
        "ccb": first(confirmed_responders + lasting(LASTING)),
        "pd": first(of("PD")),
        "last": found[-1][0] if found else -1,
    }


def judge(subject, options=DEFAULTS):
    """Return the overall response of each visit and the best responses of one subject."""
    overall = overall_responses(subject, options)
    days = [visit["day"] for visit in subject["visits"]]
    return overall, best_responses(days, overall, subject["reference"], subject["last"], options)
