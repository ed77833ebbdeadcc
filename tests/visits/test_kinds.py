from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.visits import kinds
from tests.visits.phones import ANN, VISIT, Phone

PRESS = "6b1f7a1e-64a5-4b0e-9a27-0e3f5d3f3b11"


def payload(kind: str, choice: str = "", **fields: Any) -> dict[str, Any]:
    return kinds.payload_of(kind, {"press": f"{PRESS}:{choice}", **fields})


class TestPress:
    def test_the_buttons_value_is_the_taps_id_and_the_choice(self) -> None:
        assert kinds.press(f"{PRESS}:accept") == (UUID(PRESS), "accept")

    def test_a_choice_may_hold_a_colon_or_be_missing(self) -> None:
        assert kinds.press(f"{PRESS}:a:b")[1] == "a:b"
        assert kinds.press(PRESS) == (UUID(PRESS), "")

    def test_without_an_id_nothing_can_be_kept(self) -> None:
        with pytest.raises(ValueError, match="malformed"):
            kinds.press("accept")


class TestPayload:
    @pytest.mark.parametrize(
        ("kind", "choice", "fields", "expected"),
        [
            ("begin", "陪同办事", {"plan": "p", "briefing": "2", "consent": "yes"},
             {"role": "陪同办事", "plan": "p", "briefing": 2, "consent": True}),
            ("begin", "办事", {"service_point": "s", "counter": "c", "scenario": "join@3"},
             {"role": "办事", "service_point": "s", "counter": "c", "scenario": "join@3"}),
            ("stage", "accept", {}, {"stage": "accept"}),
            ("stage", "accept", {"ago_s": "60", "why": "忘了按"}, {"stage": "accept", "ago_s": 60, "why": "忘了按"}),
            ("skip", "ticket", {}, {"stage": "ticket"}),
            ("stuck", "系统坏", {"text": "停电"}, {"reason": "系统坏", "text": "停电"}),
            ("watch", "start", {"what": "离岗"}, {"edge": "start", "what": "离岗"}),
            ("count", "0", {"what": "开窗"}, {"n": 0, "what": "开窗"}),
            ("answer", "unseen", {"item": "greet", "note": ""}, {"value": "unseen", "item": "greet"}),
            ("claim", "not_seen", {"measure": "guide"}, {"value": "not_seen", "measure": "guide"}),
            ("note", "", {"text": "等了很久"}, {"text": "等了很久"}),
            ("interview", "", {"answers.who": "村民", "answers.n": "3"}, {"answers": {"who": "村民", "n": "3"}}),
            ("finding", "一般", {"text": "没人"}, {"severity": "一般", "text": "没人"}),
            ("photo", "", {"slot": "叫号屏", "taken": "camera", "size": "81920", "name": "a.jpg"},
             {"slot": "叫号屏", "taken": "camera", "size": 81920, "name": "a.jpg"}),
            ("conclude", "部分整改", {"problem": "7", "photos": ["a"], "unmet": ["0", "1"]},
             {"conclusion": "部分整改", "problem": "7", "photos": ["a"], "unmet": ["0", "1"]}),
            ("overall", "继续整改", {}, {"suggest": "继续整改"}),
            ("undo", "t", {}, {"tap": "t"}),
            ("correct", "t", {"to.n": "5", "to.text": "x", "instant": "1529457120000", "reason": "按错了"},
             {"tap": "t", "payload": {"n": 5, "text": "x"}, "instant": 1529457120000, "reason": "按错了"}),
            ("correct", "公示栏", {"tap": "t", "into": "to.slot", "reason": "补写"},
             {"tap": "t", "payload": {"slot": "公示栏"}, "reason": "补写"}),
            ("correct", "", {"tap": "t", "to.answers.who": "村民", "to.answers.age": ""},
             {"tap": "t", "payload": {"answers": {"who": "村民"}}}),
            ("handin", "h", {"taps": "41", "photos": "4", "first_seq": "1", "last_seq": "41"},
             {"ids_sha256": "h", "taps": 41, "photos": 4, "first_seq": 1, "last_seq": 41}),
            ("countersign", "yes", {"record": "s"}, {"agrees": True, "record": "s"}),
            ("countersign", "no", {"record": "s", "text": "次序"}, {"agrees": False, "record": "s", "text": "次序"}),
        ],
    )  # fmt: skip
    def test_of_each_kind(
        self, kind: str, choice: str, fields: dict[str, Any], expected: dict[str, Any]
    ) -> None:
        assert payload(kind, choice, **fields) == expected

    def test_every_kind_says_which_field_its_button_fills(self) -> None:
        for kind, field in kinds.MAIN_FIELD.items():
            assert payload(kind, "x")[field] == "x"

    def test_what_belongs_to_the_tap_or_the_form_is_no_payload(self) -> None:
        envelope = dict.fromkeys(kinds.ENVELOPE - {"press"}, "1")
        assert kinds.payload_of("stage", {"press": f"{PRESS}:call", **envelope}) == {"stage": "call"}

    def test_an_unknown_choice_or_number_is_kept_as_it_came(self) -> None:
        assert payload("answer", "maybe", item="greet")["value"] == "maybe"
        assert payload("count", "三", what="开窗")["n"] == "三"
        assert payload("count", "9" * 5000, what="开窗")["n"] == "9" * 5000
        assert payload("countersign", "perhaps")["agrees"] == "perhaps"

    def test_a_field_of_a_newer_version_is_kept(self) -> None:
        assert payload("answer", "yes", item="greet", mood="3") == {
            "value": "yes",
            "item": "greet",
            "mood": "3",
        }

    def test_an_unknown_kind_is_kept_raw(self) -> None:
        kept = payload("weather", "rain", n="3", empty="", many=["a", "b"])
        assert kept == {"choice": "rain", "n": "3", "empty": "", "many": ["a", "b"]}

    @pytest.mark.parametrize(
        "fields",
        [{"text": "a\0"}, {"text": "\ud800"}, {"a\0": "x"}, {"text": "长" * 30_000}, {"press": "x:y"}],
    )
    def test_only_what_cannot_be_kept_is_malformed(self, fields: dict[str, str]) -> None:
        with pytest.raises(ValueError, match="malformed"):
            kinds.payload_of("note", fields)

    def test_a_long_note_is_kept_and_flagged(self) -> None:
        kept = payload("note", text="长" * 2001)
        assert len(kept["text"]) == 2001
        assert kinds.problems_of("note", kept) == {"too_long": False}
        assert kinds.problems_of("note", {"text": "长" * 2000}) == {}

    @given(st.sampled_from(sorted(kinds.KINDS)), st.dictionaries(st.text(), st.lists(st.text())), st.text())
    def test_whatever_a_form_holds_is_kept_or_malformed(
        self, kind: str, form: dict[str, list[str]], choice: str
    ) -> None:
        kept: dict[str, Any] = {}
        with suppress(ValueError):
            kept = kinds.payload_of(kind, {**form, "press": f"{PRESS}:{choice}"})
        assert kinds.canonical(kept)
        kinds.problems_of(kind, kept)


class TestCanonical:
    def test_sorted_and_without_spaces_in_utf8(self) -> None:
        assert kinds.canonical({"b": [1, None, True], "a": "办"}) == '{"a":"办","b":[1,null,true]}'.encode()

    @pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, {1: "a"}, b"x", {"a": {1, 2}}])
    def test_refuses_what_writers_spell_differently(self, value: object) -> None:
        with pytest.raises(ValueError, match="malformed"):
            kinds.canonical(value)


class TestHashes:
    tap = Phone(ANN).tap("answer", item="greet", value="yes")

    def test_digest_is_of_kind_version_visit_payload_and_file(self) -> None:
        content = f'["answer",1,"{VISIT}",{{"item":"greet","value":"yes"}},null]'
        assert self.tap.digest == sha256(content.encode()).hexdigest()

    @pytest.mark.parametrize(
        "change",
        [{"kind": "claim"}, {"v": 2}, {"visit": uuid4()}, {"payload": {"item": "greet", "value": "no"}},
         {"file_sha256": "00"}],
    )  # fmt: skip
    def test_digest_tells_other_content(self, change: dict[str, Any]) -> None:
        assert kinds.stamped(replace(self.tap, **change)).digest != self.tap.digest

    @pytest.mark.parametrize("name", [*kinds.TIMES, "seq", "received_at"])
    def test_digest_takes_no_times_but_the_row_hash_does(self, name: str) -> None:
        again = kinds.stamped(replace(self.tap, **{name: 5}))
        assert again.digest == self.tap.digest
        assert again.row_hash != self.tap.row_hash

    @pytest.mark.parametrize(
        "change", [{"id": uuid4()}, {"person": uuid4()}, {"device": "x"}, {"digest": "x"}]
    )
    def test_row_hash_is_of_who_and_where_and_the_digest(self, change: dict[str, Any]) -> None:
        assert kinds.row_hash(replace(self.tap, **change)) != self.tap.row_hash

    def test_a_changed_row_is_no_longer_genuine(self) -> None:
        assert kinds.is_genuine(self.tap)
        assert not kinds.is_genuine(replace(self.tap, payload={"item": "greet", "value": "no"}))
        assert not kinds.is_genuine(replace(self.tap, received_at=1))

    def test_fingerprint_is_what_two_people_compare(self) -> None:
        assert kinds.fingerprint("7c1e02bda940" + "0" * 52) == "7c1e 02bd a940"


class TestSeal:
    def test_is_of_the_sorted_row_hashes_but_handin_and_countersign(self) -> None:
        phone = Phone(ANN)
        kept = [phone.tap("stage", stage="arrive"), phone.tap("photo", slot="大厅", file="ab")]
        phone.hand_in()
        phone.countersign("x")
        joined = "\n".join(sorted(tap.row_hash for tap in kept))
        assert kinds.seal(phone.taps) == sha256(joined.encode()).hexdigest()
        assert kinds.seal(reversed(phone.taps)) == kinds.seal(phone.taps + phone.taps)

    def test_changes_with_a_photos_bytes(self) -> None:
        phone = Phone(ANN)
        first = phone.tap("photo", slot="大厅", file="ab")
        assert kinds.seal([first]) != kinds.seal([kinds.stamped(replace(first, file_sha256="cd"))])


class TestManifest:
    def setup_method(self) -> None:
        self.phone = Phone(ANN)
        for stage in ("arrive", "call"):
            self.phone.tap("stage", stage=stage)
        self.phone.tap("photo", slot="叫号屏", file="ab")

    def test_names_count_photos_range_and_ids(self) -> None:
        ids = "\n".join(sorted(str(tap.id) for tap in self.phone.taps))
        expected = {
            "taps": 3,
            "photos": 1,
            "first_seq": 1,
            "last_seq": 3,
            "ids_sha256": sha256(ids.encode()).hexdigest(),
        }
        assert kinds.manifest(self.phone.taps) == expected
        self.phone.hand_in()
        assert kinds.manifest(self.phone.taps) == expected

    def test_is_complete_once_all_is_there_in_any_order(self) -> None:
        said = kinds.manifest(self.phone.taps)
        assert kinds.is_complete(said, reversed(self.phone.taps))
        for n in range(3):
            assert not kinds.is_complete(said, self.phone.taps[:n] + self.phone.taps[n + 1 :])

    def test_a_photo_without_its_bytes_is_not_there(self) -> None:
        said = kinds.manifest(self.phone.taps)
        bare = kinds.stamped(replace(self.phone.taps[2], file_sha256=None))
        assert not kinds.is_complete(said, [*self.phone.taps[:2], bare])

    def test_another_tap_under_the_same_number_is_not_the_one(self) -> None:
        said = kinds.manifest(self.phone.taps)
        other = replace(self.phone.taps[0], id=uuid4())
        assert not kinds.is_complete(said, [other, *self.phone.taps[1:]])

    def test_what_comes_after_it_does_not_spoil_it(self) -> None:
        said = kinds.manifest(self.phone.taps)
        self.phone.tap("note", text="补一句")
        assert kinds.is_complete(said, self.phone.taps)

    def test_one_that_cannot_be_read_is_never_complete(self) -> None:
        assert not kinds.is_complete({}, self.phone.taps)
        assert not kinds.is_complete({"first_seq": "a", "last_seq": None}, [])
