from msgspec.structs import replace

from tocsin.domain.error_event import Door, ErrorEvent, Frame, Thrown
from tocsin.domain.fingerprint import Fingerprints, fingerprint
from tocsin.domain.fingerprint_variant import Strategy

APP = "VobpBqvTuXgQ7BZzJ2Qu94"


def frame(function: str, line: int = 1, in_app: bool = True, **more: str) -> Frame:
    module = more.pop("module", "shop.cart")
    return Frame(function=function, module=module, line=line, in_app=in_app, **more)


def event(*frames: Frame, kind: str = "KeyError", value: str = "'x'", **more: object) -> ErrorEvent:
    plain = ErrorEvent(
        event_id="e",
        door=Door.SENTRY,
        received_at=1,
        occurred_at=1,
        platform="python",
        service="shop",
        exceptions=(Thrown(type=kind, value=value, frames=frames),),
    )
    return replace(plain, **more)


def digests(of: ErrorEvent) -> list[str]:
    return [found.digest for found in fingerprint(of, APP).hashes]


def strategies(found: Fingerprints) -> list[Strategy]:
    return [each.strategy for each in found.hashes]


def test_a_hash_is_md5_sized_lower_case_hex() -> None:
    (digest,) = digests(event(frame("total")))
    assert len(digest) == 32
    assert set(digest) <= set("0123456789abcdef")


def test_neither_line_numbers_nor_values_nor_versions_tell_errors_apart() -> None:
    one = event(frame("total", line=10), value="'a'", version="1.0", env="prod")
    other = event(frame("total", line=99), value="'b'", version="2.0", env="dev")
    assert digests(one) == digests(other)


def test_type_function_module_context_service_and_application_tell_errors_apart() -> None:
    base = event(frame("total", context_line="x = cart[key]"))
    different = [
        event(frame("total", context_line="x = cart[key]"), kind="ValueError"),
        event(frame("sum", context_line="x = cart[key]")),
        event(frame("total", module="shop.order", context_line="x = cart[key]")),
        event(frame("total", context_line="y = cart[other]")),
        replace(base, service="billing"),
    ]
    assert all(digests(base)[0] != digests(other)[0] for other in different)
    assert fingerprint(base, "another").hashes != fingerprint(base, APP).hashes


def test_the_applications_own_frames_come_before_all_frames() -> None:
    found = fingerprint(event(frame("run", in_app=False), frame("total")), APP)
    assert strategies(found) == [Strategy.APP, Strategy.SYSTEM]
    assert found.parts == ("KeyError", "shop.cart total")
    assert "own frames" in found.reason


def test_without_a_frame_of_its_own_all_frames_count() -> None:
    found = fingerprint(event(frame("run", in_app=False)), APP)
    assert strategies(found) == [Strategy.SYSTEM]


def test_without_frames_the_type_and_the_parameterised_message_count() -> None:
    one = fingerprint(event(value="user 17 unknown"), APP)
    other = fingerprint(event(value="user 42 unknown"), APP)
    assert one == other
    assert strategies(one) == [Strategy.MESSAGE]
    assert one.parts == ("KeyError", "user <int> unknown")


def test_a_message_template_beats_the_formatted_message() -> None:
    said = event(exceptions=(), message="hi Bob", message_template="hi %s")
    assert fingerprint(said, APP).parts == ("hi %s",)


def test_what_the_client_set_wins() -> None:
    one = event(frame("total"), fingerprint=("checkout",))
    other = event(frame("other"), kind="ValueError", fingerprint=("checkout",))
    assert digests(one) == digests(other)
    assert fingerprint(one, APP).parts == ("checkout",)
    assert strategies(fingerprint(one, APP)) == [Strategy.CLIENT]


def test_the_default_in_a_client_fingerprint_stands_for_the_calculated_parts() -> None:
    refined = event(frame("total"), fingerprint=("{{ default }}", "tenant-7"))
    assert fingerprint(refined, APP).parts == ("KeyError", "shop.cart total", "tenant-7")
    assert digests(refined) != digests(event(frame("total")))
    alone = event(frame("total"), fingerprint=("{{default}}",))
    assert digests(alone) == digests(event(frame("total")))


def test_recursion_of_any_depth_reads_the_same() -> None:
    deep = event(frame("main"), *[frame("walk")] * 90)
    shallow = event(frame("main"), *[frame("walk")] * 3)
    assert digests(deep) == digests(shallow)
    mutual = event(frame("main"), *[frame("even"), frame("odd")] * 40)
    assert digests(mutual) == digests(event(frame("main"), frame("even"), frame("odd")))


def test_only_the_thirty_frames_nearest_the_crash_count() -> None:
    frames = [frame(f"f{chr(97 + n % 26)}{chr(97 + n // 26)}") for n in range(60)]
    assert digests(event(*frames)) == digests(event(*frames[30:]))
    assert digests(event(*frames)) != digests(event(*frames[:30]))


def test_a_chain_counts_whole_and_repeated_members_of_a_group_once() -> None:
    cause = Thrown(type="OSError", frames=(frame("read"),))
    outer = Thrown(type="LoadError", frames=(frame("load"),))
    chain = event(exceptions=(cause, outer))
    assert fingerprint(chain, APP).parts == (
        "OSError",
        "shop.cart read",
        "LoadError",
        "shop.cart load",
    )
    assert digests(event(exceptions=(cause, cause, cause, outer))) == digests(chain)


def test_a_synthetic_exception_has_no_type() -> None:
    thrown = Thrown(type="Error", value="hello", synthetic=True)
    assert fingerprint(event(exceptions=(thrown,)), APP).parts == ("hello",)


def script(*functions: str, host: str = "https://a.example/app.js") -> ErrorEvent:
    frames = tuple(Frame(function=name, filename=host, line=8) for name in functions)
    return event(*frames, kind="TypeError", platform="javascript")


def test_scripts_group_by_function_names_whatever_url_and_wrapper() -> None:
    one = script("<anonymous>", "Object.Cart.total", "async inner")
    other = script("total", "inner", host="https://cdn.example/app.9f8e7d6c.js")
    assert digests(one) == digests(other)


def test_a_script_without_a_single_name_groups_by_message() -> None:
    assert strategies(fingerprint(script("<anonymous>", "eval"), APP)) == [Strategy.MESSAGE]


def generated(platform: str, name: str, module: str = "") -> tuple[str, ...]:
    return fingerprint(event(frame(name, module=module), platform=platform), APP).parts[1:]


def test_generated_names_lose_their_numbers() -> None:
    lambda_ = generated("java", "lambda$run$3", "a.B$$Lambda$14/0x00aa")
    assert lambda_ == generated("java", "lambda$run$9", "a.B$$Lambda$77/0x00bb")
    proxy = generated("java", "call", "a.B$$EnhancerBySpringCGLIB$$3f2a")
    assert proxy == generated("java", "call", "a.B$$EnhancerBySpringCGLIB$$99cc")
    assert generated("ruby", "block (2 levels) in call") == generated("ruby", "call")
    assert generated("native", "f<int>(int, char)") == generated("native", "f<std::map<a, b>>(x)")
    assert generated("rust", "app::run::h0123456789abcdef") == ("app::run",)


def test_the_rules_are_versioned() -> None:
    plain = event(frame("total"))
    assert fingerprint(plain, APP, version=1).hashes != fingerprint(plain, APP, version=2).hashes


THROW = "    raise Missing(name)"


def parts(*frames: Frame, value: str = "", **more: object) -> tuple[str, ...]:
    return fingerprint(event(*frames, kind="E", value=value, **more), APP).parts[1:]


def test_a_line_that_fails_is_one_fault_whoever_calls() -> None:
    fails = frame("total", context_line="  x = cart[key]")
    assert parts(frame("checkout"), fails) == ("shop.cart total x = cart[key]",)
    assert parts(frame("report", context_line="total(c)"), fails) == parts(fails)
    foreign = frame("get", in_app=False, context_line="return d[k]")
    assert parts(fails, foreign) == parts(fails)
    assert parts(fails) != parts(frame("total", context_line="y = cart[other]"))


def test_a_line_that_throws_on_purpose_counts_with_its_caller_unless_that_waits() -> None:
    throws = frame("require", context_line=THROW)
    mail, disk = (frame(name, context_line=f"require('{name}')") for name in ("mail", "disk"))
    assert parts(mail, throws) != parts(disk, throws)
    assert parts(mail, frame("dispatch", in_app=False), throws) == parts(throws)
    assert parts(frame("mail", context_line="await require('mail')"), throws) == parts(throws)


def test_what_a_message_quotes_and_the_line_names_tells_faults_of_one_line_apart() -> None:
    line = frame("total", context_line="line.price.amount * line.count.value", module="")
    amount, value, other = ("(reading 'amount')", "(reading 'value')", "(reading 'zzz')")
    assert parts(line, value=amount, platform="node") != parts(line, value=value, platform="node")
    assert parts(line, value=other, platform="node") == parts(line, platform="node")


def test_recursion_and_reporters_do_not_hide_where_it_failed() -> None:
    walk = [frame("walk", context_line=f"line {n % 2}") for n in range(5)]
    assert parts(*walk) == parts(*walk[:4]) == ("shop.cart walk",)
    reporter = frame("run", context_line="hub.Recover(found)")
    fails = frame("total", context_line="*l.price")
    assert parts(fails, reporter) == parts(fails)


def test_without_lines_of_code_all_own_frames_count_as_before() -> None:
    assert parts(frame("main"), frame("total")) == ("shop.cart main", "shop.cart total")


def test_messages_lose_what_stands_in_quotes_and_paths() -> None:
    said = event(exceptions=(), message="queue 'mail' full on /dev/sda3: 17 wait, don't panic")
    assert fingerprint(said, APP).parts == ("queue <str> full on <path>: <int> wait, don't panic",)
    assert fingerprint(said, APP, 1).parts != fingerprint(said, APP).parts
