"""The office takes evidence out from its pages, with and without script; nobody else does, and it is remembered."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from fieldapp.access.models import Audit
from fieldapp.db import apart
from tests.clients import LintingClient
from tests.closing import steps
from tests.packages import closed, dossiers
from tests.pages import changed, fields_of
from tests.story import Story

pytestmark = pytest.mark.slow


def of_problem(story: Story) -> str:
    return f"/problems/{steps.problem_id(story)}/package"


def of_unit(story: Story) -> str:
    return f"/units/{closed.unit_id(story)}/package"


PAGES = pytest.mark.parametrize("page_of", [of_problem, of_unit], ids=["problem", "unit"])


def copies_made(client: LintingClient, page: str) -> None:
    """Press the button until it is gone."""
    for _ in range(5):
        text = client.get(page).text
        if "备副本" not in text:
            return
        action = f"{page}/copies"
        assert client.post(action, data=fields_of(text, action)).status_code == 303
    raise AssertionError("copies are still lacking")


def export(client: LintingClient, page: str, photos: str) -> TestResponse:
    return client.post(page, data=changed(fields_of(client.get(page).text, page), photos=photos))


def audited(story: Story) -> list[Any]:
    with story.app.app_context(), apart() as session:
        return list(session.execute(sa.select(Audit.about, Audit.person_id).where(Audit.event == "exported")))


@PAGES
@pytest.mark.parametrize("photos", ["originals", "copies"])
def test_the_clerk_gets_a_package_that_a_stranger_can_check(
    photos: str, page_of: Any, story: Story, as_: Any, tmp_path: Path
) -> None:
    closed.close(story)
    clerk, page = as_("clerk"), page_of(story)
    copies_made(clerk, page)
    answer = export(clerk, page, photos)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.content_length == len(answer.data)
    name = re.fullmatch(r'attachment; filename="([a-z0-9-]+)\.zip"', answer.headers["Content-Disposition"])
    assert name is not None
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(tmp_path)
    assert list(dossiers.complaints(tmp_path / name[1])) == []
    kinds = {path.name for path in (tmp_path / name[1] / "data").iterdir()} & {"photos", "copies"}
    assert kinds == {"photos" if photos == "originals" else "copies"}
    assert name[1].endswith("-copies") == (photos == "copies")  # side by side the two do not mix


def test_who_took_out_what_is_remembered_and_shown(story: Story, as_: Any) -> None:
    closed.close(story)
    clerk, page = as_("clerk"), of_problem(story)
    copies_made(clerk, page)
    assert "导出过" in clerk.get(page).text
    assert audited(story) == []
    answer = export(clerk, page, "originals")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        folder = archive.namelist()[0].split("/")[0]
        tagmanifest = archive.read(f"{folder}/tagmanifest-sha256.txt")
    digest = dossiers.hashlib.sha256(tagmanifest).hexdigest()
    [(about, person)] = audited(story)
    assert about == f"problem:{steps.problem_id(story)} originals {digest}"
    assert person == story.viewer("clerk").person_id
    shown = as_("head").get(page).text
    assert '导出过<small class="numbers">1 次' in shown
    assert story.viewer("clerk").name in shown
    assert f"清单指纹 {digest[:4]} {digest[4:8]} {digest[8:12]}" in shown


def test_nothing_is_chosen_beforehand(story: Story, as_: Any) -> None:
    closed.close(story)
    clerk, page = as_("clerk"), of_problem(story)
    copies_made(clerk, page)
    assert not re.search(r'name="photos"[^>]* checked', clerk.get(page).text)
    answer = clerk.post(page, data={})
    assert (answer.status_code, "选一个" in answer.text) == (422, True)
    assert audited(story) == []


def test_before_its_copies_are_made_nothing_leaves(story: Story, as_: Any) -> None:
    closed.close(story)
    clerk, page = as_("clerk"), of_problem(story)
    answer = export(clerk, page, "copies")
    said = answer.text.split('<div id="copies">')[1].split("</form>")[0]
    assert (answer.status_code, "先备好副本再导出" in said) == (422, True)  # it goes when they are made
    assert audited(story) == []


def test_with_script_the_page_asks_until_all_copies_are_there(
    story: Story, as_: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldapp.packages.views.SECONDS", 0.0)  # one copy a request
    closed.close(story)
    clerk, page = as_("clerk"), of_problem(story)
    first = clerk.get(page).text
    assert ('hx-trigger="load"' in first, "还差 2 张" in first) == (False, True)
    part = clerk.post(f"{page}/copies", headers={"HX-Request": "true"}).text
    assert part.lstrip().startswith('<div id="copies">')
    assert ('hx-trigger="load"' in part, "还差 1 张" in part) == (True, True)
    done = clerk.post(f"{page}/copies", headers={"HX-Request": "true"}).text
    assert "还差" not in done


@PAGES
def test_what_is_not_closed_says_why_it_cannot_be_taken_out(page_of: Any, story: Story, as_: Any) -> None:
    steps.to_signing(story)
    clerk, page = as_("clerk"), page_of(story)
    shown = clerk.get(page).text
    assert ("现在不能导出" in shown, "销号以后才有证据" in shown) == (True, True)
    answer = clerk.post(page, data={"photos": "originals"})
    assert (answer.status_code, "销号以后才有证据" in answer.text) == (422, True)


def test_the_ways_there(story: Story, as_: Any) -> None:
    clerk = as_("clerk")
    where = steps.problem_id(story)
    assert "还没有销号的问题" in clerk.get("/packages").text
    shown = clerk.get(f"/problems/{where}").text
    assert ("导出证据包" in shown, "现在是“整改中”，各方签认、销号以后才能导出" in shown) == (False, True)
    steps.to_signing(story)
    review = clerk.get(f"/problems/{where}/closure").text
    assert (of_problem(story) in review, "现在是“审核中”，各方签认" in review) == (False, True)
    steps.signs(story, "head", "office")
    steps.signs(story, "origin3", "origin_team")
    index = clerk.get("/packages").text
    assert (of_problem(story) in index, of_unit(story) in index) == (True, True)
    for page in (f"/problems/{where}", f"/problems/{where}/closure"):
        assert f'href="{of_problem(story)}"' in clerk.get(page).text
    steps.publishes(story)
    closed.reopen(story)
    for page in (f"/problems/{where}", f"/problems/{where}/closure"):
        assert "导出重启以前那一轮的证据包" in clerk.get(page).text


@pytest.mark.parametrize("username", ["origin3", "leader1", "leadership"])
def test_who_takes_nothing_out_reads_nothing_of_it(username: str, story: Story, as_: Any) -> None:
    closed.close(story)
    for page in (f"/problems/{steps.problem_id(story)}", f"/problems/{steps.problem_id(story)}/closure"):
        assert "证据包" not in as_(username).get(page).text


def test_a_reopened_problem_can_still_be_taken_out_and_the_page_says_what_leaves(
    story: Story, as_: Any, tmp_path: Path
) -> None:
    closed.close(story)
    closed.reopen(story)
    clerk, page = as_("clerk"), of_problem(story)
    assert page in clerk.get("/packages").text
    assert "重启了" in clerk.get("/packages").text
    copies_made(clerk, page)
    assert "7月2日定了重启" in clerk.get(page).text
    assert export(clerk, page, "originals").status_code == 200


@PAGES
@pytest.mark.parametrize(
    "username", ["inspector1", "leader1", "origin3", "unit", "leadership", "city", "admin", "clerk2"]
)
def test_nobody_else_takes_it_out(username: str, page_of: Any, story: Story, as_: Any) -> None:
    closed.close(story)
    other, page = as_(username), page_of(story)
    for answer in (
        other.get(page),
        other.post(page, data={"photos": "originals"}),
        other.post(f"{page}/copies"),
    ):
        assert answer.status_code == 404
    if username != "clerk2":
        assert other.get("/packages").status_code == 404


def test_bytes_that_changed_on_disk_end_the_download(story: Story, as_: Any) -> None:
    closed.close(story)
    clerk, page = as_("clerk"), of_problem(story)
    copies_made(clerk, page)
    path = story.app.extensions["originals"].path(closed.parcel(story).photos[0])
    content = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(Exception, match="are not those recorded"):
        _ = export(clerk, page, "originals").data
