import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from trialwright.cli import app
from trialwright.errors import StudyFileError

RUN = CliRunner()
FIELDS = {"code", "verdict", "claims", "computation", "assumptions", "source", "minimal_repairs"}


def test_audit_of_a_gallery_name_writes_findings_and_ends_with_1_on_error(tmp_path):
    target, page = tmp_path / "found.json", tmp_path / "found.html"
    result = RUN.invoke(app, ["audit", "nivo-gemcis", "--json", str(target), "--html", str(page)])
    assert result.exit_code == 1
    findings = json.loads(target.read_text())
    assert isinstance(findings, list)
    assert all(set(finding) >= FIELDS for finding in findings)
    assert "ERROR" in {finding["verdict"] for finding in findings}
    html = page.read_text()
    assert "18.6 % cannot be reproduced" in html
    assert "http" not in html.lower().replace("http-equiv", "")


def test_audit_without_an_error_ends_with_0(tmp_path):
    claims = tmp_path / "claims.yaml"
    claims.write_text(
        'study: {id: x}\nclaims:\n- {id: orr, type: proportion, k: 12, n: 26, percent: "46.2"}\n'
    )
    assert RUN.invoke(app, ["audit", str(claims)]).exit_code == 0


def test_claims_that_are_not_there_are_refused_by_name():
    with pytest.raises(StudyFileError, match="no such claims file"):
        RUN.invoke(app, ["audit", "nivo-gemci"], catch_exceptions=False)


def test_draft_and_audit_of_a_draft(tmp_path):
    text = tmp_path / "abstract.txt"
    text.write_text("27 response-evaluable patients, of which 5 (18.6%) patients achieved complete response.")
    out = tmp_path / "claims.yaml"
    assert RUN.invoke(app, ["draft-claims", str(text), "--out", str(out)]).exit_code == 0
    assert RUN.invoke(app, ["audit", str(out)]).exit_code == 1


def test_the_audit_waits_for_no_compiler(tmp_path):
    """On a machine where nothing is compiled yet, it answers at once: its kernels run as plain Python."""
    command = [sys.executable, "-c", "from trialwright.cli import main; main()", "audit", "ici-capox"]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "32.1 %" in done.stdout
    assert not list(tmp_path.rglob("*.nbi"))
