"""The mouse page in a real browser: two circles that follow the pointer."""

import json
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Download, Page, expect

from neuroevo.analysis.findings import Findings
from neuroevo.learning import Architecture, Columns, DataSet, Network, TrainingSettings
from neuroevo.learning.lanes import Lane
from neuroevo.learning.starting_weights import starting_parameters
from neuroevo.learning.training import sample_stream, train
from neuroevo.playground import mouse_page
from neuroevo.playground.payload import payload
from neuroevo.tasks.recording import read_recording

Open = Callable[..., Page]

PHONE = {"width": 390, "height": 844}
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

STEPS = """(count) => {
  for (let taken = 0; taken < count; taken += 1) document.getElementById("step").click();
}"""

# The visible results, without the controls, once they have been drawn.
SEEN = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  do await frame(); while (document.documentElement.dataset.drawn !== "all");
  const html = (id) => document.getElementById(id).innerHTML;
  const sides = ["left", "right"].flatMap((side) =>
    ["diagram", "paths", "name", "distance", "samples", "arrived", "everywhere"].map(
      (part) => `${side}-${part}`));
  const parts = [...sides, "chart"].map((id) => [id, html(id)]);
  const canvas = document.getElementById("canvas").toDataURL();
  return Object.fromEntries([...parts, ["canvas", canvas]]);
}"""


# The right end of one element's text, and the left end of another's.
ENDS = """([first, second]) => {
  const range = document.createRange();
  const box = (id) => {
    range.selectNodeContents(document.getElementById(id));
    return range.getBoundingClientRect();
  };
  return [box(first).right, box(second).left];
}"""

# Everything that a finger can touch, and its height.
TARGETS = """() => [...document.querySelectorAll(
  "main button, main a, header.masthead a, main select, main label:has(input), main .field input")]
  .filter((each) => each.checkVisibility())
  .map((each) => [each.id || each.textContent.trim(), each.getBoundingClientRect().height])"""


# Blocks of the page that overlap.
OVERLAPS = """() => {
  const blocks = [...document.querySelectorAll(
    "h1, .board, .losses, .standing, .rules, .card > .name, .about, .drawing, .paths")]
    .map((each) => ({ name: each.className, box: each.getBoundingClientRect() }));
  const meet = ({ box: one }, { box: other }) => one.left < other.right - 1 &&
    other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1;
  return blocks.flatMap((one, place) => blocks.slice(place + 1)
    .filter((other) => meet(one, other)).map(({ name }) => [one.name, name]));
}"""


MONOSPACED = "element => getComputedStyle(element).fontFamily.startsWith('ui-monospace')"


def shown(page: Page, name: str) -> str:
    """Return a text of the page."""
    return str(page.locator(f"#{name}").text_content())


def pixels(page: Page, name: str) -> float:
    """Return a distance on the page."""
    return float(shown(page, name).removesuffix(" px"))


def strokes(page: Page, count: int, phase: float = 0.0) -> Iterator[None]:
    """Move the mouse along curves over the canvas, giving control after each movement."""
    page.locator("#canvas").scroll_into_view_if_needed()
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    for moment in range(count):
        angle = phase + moment / 12
        x, y = math.cos(angle), math.sin(1.7 * angle)
        page.mouse.move(
            box["x"] + box["width"] * (0.5 + 0.45 * x), box["y"] + box["height"] * (0.5 + 0.45 * y)
        )
        yield


def network(page: Page, side: str) -> dict[str, Any]:
    """Download a network and return what the file holds."""
    with page.expect_download() as download:
        page.locator(f"#{side}-save").click()
    return dict(json.loads(saved(download.value)))


def saved(download: Download) -> str:
    """Return the text of a download."""
    return Path(download.path()).read_text(encoding="utf-8")


# Following and learning


def test_trained_champion_follows_within_five_pixels(visit: Open) -> None:
    """The circle of the trained champion is at the pointer, wherever it goes."""
    page = visit("left.from=trained")
    for _ in strokes(page, 40):
        page.evaluate(FRAME)
        assert pixels(page, "left-distance") < 5
    assert shown(page, "left-samples") == "40"


def test_progress_to_within_five_pixels_is_shown(visit: Open) -> None:
    """Before a movement nothing is shown, then the number of movements; the rule is on the page."""
    page = visit("left.from=trained")
    assert shown(page, "left-arrived") == shown(page, "right-arrived") == "–"
    list(strokes(page, 7))
    page.evaluate(FRAME)
    assert shown(page, "left-arrived") == "7 of 20"
    assert shown(page, "right-arrived") == "not yet"
    rules = page.locator(".rules")
    expect(rules).to_contain_text("for 20 movements in which the pointer moves at least 200 px")
    expect(rules).to_contain_text(
        "validation MSE of 0.001, at which a circle is still about 18.4 px away"
    )


def test_evolved_configuration_learns_first(visit: Open) -> None:
    """The champion's circle learns to stay at the pointer, while the other one is far away."""
    page = visit()
    list(strokes(page, 160))
    page.evaluate(FRAME)
    assert shown(page, "left-samples") == shown(page, "right-samples") == "160"
    assert shown(page, "left-arrived").startswith("after ")
    assert shown(page, "right-arrived") == "not yet"
    assert pixels(page, "right-everywhere") > 50
    for _ in strokes(page, 20, phase=3):
        page.evaluate(FRAME)
        assert pixels(page, "left-distance") < 5


def test_without_backpropagation_weights_do_not_change(visit: Open) -> None:
    """After the space bar the weights stay the same, and after another they change again."""
    page = visit()
    list(strokes(page, 5))
    page.locator("#canvas").focus()
    page.keyboard.press("Space")
    expect(page.locator("#learn")).not_to_be_checked()
    before = network(page, "left")["parameters"]
    list(strokes(page, 10, phase=2))
    page.evaluate(FRAME)
    assert network(page, "left")["parameters"] == before
    assert shown(page, "left-samples") == "5"
    page.locator("#canvas").focus()
    page.keyboard.press("Space")
    list(strokes(page, 1))
    assert network(page, "left")["parameters"] != before


def test_training_on_raw_pixels_diverges_and_can_be_reset(visit: Open) -> None:
    """Without normalisation training diverges: the page says so, and a reset starts again."""
    page = visit("normalise=none")
    list(strokes(page, 12))
    expect(page.locator("#left-distance")).to_have_text("diverged")
    expect(page.locator("#chart")).to_contain_text("diverged")
    expect(page.locator("#advice")).to_contain_text("Raw pixels")
    word, column = page.evaluate(ENDS, ["left-distance", "left-samples"])
    assert word <= column
    page.locator("#normalise").select_option("1")
    expect(page.locator("#advice")).to_be_empty()
    list(strokes(page, 3))
    expect(page.locator("#left-samples")).to_have_text("3")
    expect(page.locator("#left-distance")).to_have_text(re.compile(r"^[\d.]+ px$"))
    page.locator("#reset").click()
    expect(page.locator("#left-samples")).to_have_text("0")


def test_strongest_paths_have_the_largest_product(visit: Open) -> None:
    """The path with the largest product of weights is marked, and its factors are listed."""
    page = visit("left.hidden=3-5-2")
    before = page.locator("#left-paths dd").first
    expect(before).to_have_text(re.compile(r"^x × [^=]+ = −?[\d.]+ × x$"))
    list(strokes(page, 3))
    page.evaluate(SEEN)
    content = network(page, "left")
    architecture = Architecture.of(content["architecture"])
    layers = Network(architecture, np.array(content["parameters"])).layers
    weight = page.locator("#left-diagram .weights .negative").first
    expect(weight).to_have_css("stroke", "rgb(201, 79, 0)")
    expect(weight).to_have_css("fill", "none")
    rows = page.locator("#left-paths dd").all_text_contents()
    assert page.locator("#left-diagram .halo[d^=M]").count() == len(rows) == 2
    for place, row in enumerate(rows):
        inner = product(range(3), range(5), range(2))
        routes = [[place, *units, place] for units in inner]
        weights = [
            [layer[0][step] for layer, step in zip(layers, pairwise(route), strict=True)]
            for route in routes
        ]
        strongest = max(weights, key=lambda path: abs(math.prod(path)))
        formula = row.replace("−", "-").split("output")[0]
        shown_input, *factors, last = map(float, re.split(" × | = ", formula))
        assert factors == pytest.approx(strongest, abs=6e-4)
        assert last == pytest.approx(shown_input * math.prod(strongest), abs=2e-3)


def test_page_trains_as_a_run_does(visit: Open, learnt: Findings) -> None:
    """Starting weights are those of a run; an epoch of pre-training gives the kernel's weights."""
    page = visit("epochs=1&start=3")
    architecture = Architecture(inputs=2, hidden=(10,), outputs=2, activation="linear")
    seed = (learnt.experiment.seed, 0)
    start = starting_parameters(architecture, "uniform", seed, 3)
    assert network(page, "left")["parameters"] == start.tolist()
    page.locator("#pretrain").click()
    expect(page.locator("#left-samples")).to_have_text("3,000")
    positions = np.array(payload(learnt)["positions"]).reshape(-1, 2)
    seen = (positions - (500, 300)) / (500, 300)
    settings = TrainingSettings(samples=3000, precision="float64")
    stream = sample_stream(
        DataSet(seen, seen, seen, seen, Columns(("x", "y"), ("x", "y"))), settings, seed
    )
    theirs = train(architecture, [Lane(3, 0.106)], stream)
    ours = np.array(network(page, "left")["parameters"])
    assert np.abs(ours - theirs.parameters[0]).max() < 1e-9


# Controls


Act = Callable[[Page, str], object]


def chosen(option: str) -> Act:
    """Return what chooses an option of a menu."""
    return lambda page, control: page.select_option(control, option)


def filled(text: str) -> Act:
    """Return what fills a field."""

    def fill(page: Page, control: str) -> None:
        page.fill(control, text)

    return fill


def pressed(*keys: str) -> Act:
    """Return what presses keys on a control."""

    def press(page: Page, control: str) -> None:
        for key in keys:
            page.press(control, key)

    return press


def unused(_: Page, __: str) -> None:
    """Leave a control alone."""


def clicked(page: Page, control: str) -> None:
    """Click a control."""
    page.click(control)


OWN: dict[str, Act] = {
    "trial": chosen("2"),
    "rate": pressed("ArrowLeft", "ArrowLeft"),
    "from": chosen("trained"),
    "activation": chosen("tanh"),
    "optimizer": chosen("adam"),
    "width-0": pressed("ArrowUp", "Enter"),
    "remove-0": clicked,
    "add": clicked,
}
SHARED: dict[str, Act] = {
    "memory": chosen("newest"),
    "normalise": chosen("0.5"),
    "range": pressed("ArrowRight"),
    "noise": pressed("ArrowRight"),
    "silenced": pressed("End"),
    "draw": clicked,
    "seed": filled("7"),
    "start": filled("3"),
    "learn": pressed("Space"),
    "pilot": pressed("Space"),
    "step": clicked,
    "reset": clicked,
}
CONTROLS = {
    **{f"{side}-{name}": act for side in ("left", "right") for name, act in OWN.items()},
    **SHARED,
}
ELSEWHERE = {"play", "pace", "set", "epochs"}  # visible only while playing, or in a pre-training


def test_every_control_has_a_visible_effect(visit: Open) -> None:
    """Each control, used by itself, changes the page after three more steps."""
    page = visit("play=off&pilot=on&silenced=0.3", reduced_motion="reduce")
    controls = page.locator("[data-control]").evaluate_all(
        "(all) => all.map(({ id, dataset }) => id || dataset.control)"
    )
    tested = {re.sub(r"-(width|remove)-0$|-add$", "-hidden", name) for name in CONTROLS}
    assert set(controls) - ELSEWHERE <= tested
    without = after_three_steps(page, "", unused)
    assert after_three_steps(page, "", unused) == without
    for name, act in CONTROLS.items():
        assert after_three_steps(page, f"#{name}", act) != without, name


def after_three_steps(page: Page, control: str, act: Act) -> dict[str, str]:
    """Reset, take a step, use a control, take three more, and return the visible results."""
    page.evaluate("location.hash = `play=off&pilot=on&silenced=0.3&again=${Math.random()}`")
    expect(page.locator("#left-samples")).to_have_text("0")
    page.evaluate(STEPS, 1)
    act(page, control)
    page.evaluate(STEPS, 3)
    found: dict[str, str] = page.evaluate(SEEN)
    return found


def test_play_and_pace_decide_when_a_step_is_taken(visit: Open) -> None:
    """While paused, a movement takes no step; with a step per frame, no movement is needed."""
    page = visit()
    list(strokes(page, 4))
    expect(page.locator("#left-samples")).to_have_text("4")
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_text("Play")
    list(strokes(page, 4))
    expect(page.locator("#left-samples")).to_have_text("4")
    page.locator("[data-control=pace][value=frame]").check()
    page.locator("#play").click()
    expect(page.locator("#left-samples")).to_have_text(re.compile(r"^[1-9]\d+$"))


def test_address_reproduces_the_page(visit: Open) -> None:
    """The address of the page after some steps opens a page with the same results."""
    page = visit("play=off", reduced_motion="reduce")
    page.locator("#left-trial").select_option("3")
    page.locator("#left-optimizer").select_option("adam")
    page.locator("#right-activation").select_option("tanh")
    page.locator("#right-add").click()
    page.locator("#right-rate").press("ArrowLeft")
    page.locator("#normalise").select_option("0.5")
    page.locator("#memory").select_option("newest")
    page.locator("#noise").fill("12")
    page.locator("#silenced").fill("0.25")
    page.locator("#draw").click()
    page.locator("#seed").fill("9223372036854775807")
    page.locator("#start").fill("5")
    page.locator("#pilot").check()
    page.locator("#reset").click()
    expect(page).to_have_url(re.compile("pilot=on.*start=5"))  # written after the last change
    other = visit(page.url.partition("#")[2], reduced_motion="reduce")
    for each in (page, other):
        each.evaluate(STEPS, 5)
    assert page.evaluate(SEEN) == other.evaluate(SEEN)
    assert shown(page, "left-samples") == "5"


def test_a_link_wins_over_a_change_before_it(visit: Open) -> None:
    """If the address of an earlier change is written right after a link, the link is shown."""
    page = visit("play=off")
    page.evaluate("""() => {
      location.hash = "play=off&seed=5";
      history.replaceState(null, "", `${location.pathname}#play=off&seed=4`);
    }""")
    expect(page.locator("#seed")).to_have_value("5")
    expect(page).to_have_url(re.compile("seed=5"))


def test_links_to_examples_set_the_state(visit: Open) -> None:
    """Each link at the end of the page sets the state and scrolls to the canvas."""
    page = visit(reduced_motion="reduce")
    for link in page.locator("#claims a").all():
        link.click()
        expect(page.locator("#canvas")).to_be_in_viewport(ratio=0.9)
        for name, value in re.findall(r"([\w.]+)=([^&]+)", str(link.get_attribute("href"))):
            control = page.locator(f"#{name.replace('.', '-')}")
            if name.endswith("hidden"):
                assert control.locator("input").count() == len(value.split("-"))
            elif value in {"on", "off"}:
                assert control.is_checked() == (value == "on")
            elif not name.endswith("rate"):  # its slider is logarithmic
                assert control.input_value() == value


def test_wrong_settings_in_the_address_are_ignored(visit: Open) -> None:
    """All wrong settings in the address are reported and ignored."""
    page = visit(
        "left=99999&normalise=7&noise=much&left.hidden=0-x&right.rate=-5&range=1e99&x=%"
        "&start=1.5&learn=toString&right=file-9&right.from=trained&set=recording&epochs=30"
    )
    status = page.locator("#status")
    for message in (
        "left must be a trial or baseline on this page, but got 99999",
        "normalise must be one of 1, 0.5, none, but got 7",
        "noise must be a number from 0 to 100,000, but got much",
        "left.hidden must be none, or up to 10 widths from 1 to 64 like 6-6, but got 0-x",
        "right.rate must be a number from 0.000001 to 10, but got -5",
        "range must be a number from 0.01 to 10, but got 1e99",
        "start must be a whole number from 0 to 9,999, but got 1.5",
        "learn must be on or off, but got toString",
        "right must be a trial or baseline on this page, but got file-9",
        "set must be task until there is a recording",
        "x is not a setting of this page",
    ):
        expect(status).to_contain_text(message)
    expect(page).to_have_url(re.compile("#epochs=30$"))
    assert page.locator("#left-trial").input_value() == "6"
    assert page.locator("#right-from").input_value() == "random"
    assert page.locator("#normalise").input_value() == "1"
    assert shown(page, "range-shown") == "± 1"
    page.evaluate("location.hash = `right=${'A'.repeat(50_000)}&${'b=1&'.repeat(50_000)}`")
    expect(status).to_contain_text("on this page, but got AAAAA")
    assert len(status.inner_text()) < 1_100


def test_wrong_entries_are_reported(visit: Open) -> None:
    """A wrong entry is reported beside its field until it is corrected, and changes nothing."""
    page = visit()
    before = network(page, "left")
    for name, wrong, message in (
        ("seed", "1x", "Seed must be a whole number of at most 19 digits, but got 1x"),
        ("start", "10000", "Replicate must be a whole number from 0 to 9,999, but got 10000"),
        ("epochs", "", "Epochs must be a whole number from 1 to 1,000, but got nothing"),
    ):
        field = page.locator(f"#{name}")
        was = field.input_value()
        field.fill(wrong)
        expect(page.locator(f"#{name}-problem")).to_have_text(message)
        expect(field).to_have_accessible_description(re.compile(re.escape(message)))
        expect(field).to_have_attribute("aria-invalid", "true")
        assert network(page, "left") == before
        field.fill(was)
        expect(page.locator(f"#{name}-problem")).to_be_empty()
        expect(field).to_have_attribute("aria-invalid", "false")


def test_keyboard_moves_the_pointer_and_selects_parts_of_the_network(visit: Open) -> None:
    """Arrow keys move the pointer on the canvas; on a drawing they select its parts."""
    page = visit()
    page.locator("#canvas").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#left-samples")).to_have_text("3")
    page.locator("#left-diagram").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#left-readout")).to_have_text(re.compile(r"^input x: 0\.06$"))
    page.locator("#left-diagram .weights path").first.dispatch_event("pointerover")
    expect(page.locator("#left-readout")).to_have_text(re.compile(r"^[xy] → layer 1 unit \d+: "))


# Pre-training, recordings, files


def test_page_stays_responsive_during_pretraining(visit: Open) -> None:
    """A worker trains both networks: no task of the page needs a tenth of the processor time."""
    page = visit("epochs=200&right=2&pilot=on&learn=off")
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    page.locator("#pretrain").click()
    expect(page.locator("#left-samples")).to_have_text("600,000", timeout=30_000)
    tasks = by_thread(json.loads(browser.stop_tracing()))
    page_tasks, training = tasks["CrRendererMain"], sum(tasks["DedicatedWorker thread"])
    assert len(page_tasks) > 50
    assert max(page_tasks) < training / 10
    assert pixels(page, "left-everywhere") < 5


def by_thread(trace: dict[str, Any]) -> dict[str, list[float]]:
    """Return the processor time of each task of the threads of each name, in milliseconds."""
    names = {
        (event["pid"], event["tid"]): event["args"]["name"]
        for event in trace["traceEvents"]
        if event["name"] == "thread_name"
    }
    tasks: dict[str, list[float]] = defaultdict(list)
    for event in trace["traceEvents"]:
        if "tdur" in event:
            tasks[names[event["pid"], event["tid"]]].append(event["tdur"] / 1000)
    return tasks


def test_cancelled_pretraining_changes_nothing(visit: Open) -> None:
    """Cancel ends the worker; both networks are unchanged."""
    page = visit("epochs=1000")
    before = network(page, "left")
    page.locator("#pretrain").click()
    expect(page.locator("#pretrained")).to_contain_text("loss")
    page.locator("#cancel").click()
    expect(page.locator("#pretrained")).to_contain_text("cancelled")
    expect(page.locator("#pretrain")).to_be_enabled()
    assert network(page, "left") == before


def test_recording_is_read_by_the_task(visit: Open, tmp_path: Path) -> None:
    """A downloaded recording is read by the task and by the page, and used for pre-training."""
    page = visit()
    page.locator("#record").click()
    expect(page.locator("#canvas")).to_be_in_viewport(ratio=0.9)
    list(strokes(page, 30))
    page.locator("#stop-recording").click()
    expect(page.locator("#stop-recording")).to_be_hidden()
    expect(page.locator("#recorded")).to_have_text("30 positions")
    with page.expect_download() as download:
        page.locator("#save-recording").click()
    path = tmp_path / "mine.csv"
    path.write_text(saved(download.value), encoding="utf-8")
    positions = read_recording(path, (1000, 600))
    assert positions.shape == (30, 2)
    assert np.ptp(positions[:, 0]) > 500
    other = visit("epochs=3")
    other.locator("#load-recording").set_input_files(path)
    expect(other.locator("#recorded")).to_have_text("30 positions")
    assert other.locator("#set").input_value() == "recording"
    other.locator("#pretrain").click()
    expect(other.locator("#left-samples")).to_have_text("90")


def test_networks_are_downloaded_and_loaded_as_json(visit: Open, tmp_path: Path) -> None:
    """A network that is downloaded and loaded on the other side computes the same."""
    page = visit("left.optimizer=adam")
    list(strokes(page, 20))
    page.locator("#right-load").set_input_files(good_file(page, tmp_path))
    expect(page.locator("#right-name")).to_have_text("mine.json")
    assert page.locator("#right-activation option").first.text_content() == "linear"
    page.locator("#learn").uncheck()
    list(strokes(page, 3))
    page.evaluate(SEEN)
    assert shown(page, "right-everywhere") == shown(page, "left-everywhere")
    assert page.locator("#right-optimizer").input_value() == "adam"
    assert network(page, "right")["parameters"] == network(page, "left")["parameters"]


def test_a_loaded_network_has_its_learning_rate_schedule(visit: Open, tmp_path: Path) -> None:
    """How a network learns is the same after it was downloaded and loaded."""
    page = visit()
    path = good_file(page, tmp_path)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["optimization"] |= {"optimizer": "rmsprop", "schedule": "cosine", "end_factor": 0.1}
    path.write_text(json.dumps(content), encoding="utf-8")
    page.locator("#right-load").set_input_files(path)
    expect(page.locator("#right-name")).to_have_text("mine.json")
    assert network(page, "right")["optimization"] == content["optimization"]


def good_file(page: Page, folder: Path) -> Path:
    """Keep the left network as a file that can be loaded."""
    path = folder / "mine.json"
    path.write_text(json.dumps(network(page, "left")), encoding="utf-8")
    return path


THREE_INPUTS = {"inputs": 3, "hidden": [], "outputs": 2, "activation": "linear"}
TOO_LARGE = {"inputs": 2, "hidden": [150, 150], "outputs": 2, "activation": "linear"}
WRONG_FILES = [
    ("load-recording", f"x,y\n1,{SCRIPT}\n", "recording, row 2: y must be from 0 to 600"),
    ("load-recording", "y,x\n1,2\n", "recording: must begin with the header x,y"),
    ("load-recording", "x,y\n1,2\n1,2\n", "recording: must hold at least two different"),
    ("left-load", "[1, 2", "this is not a network file: it must be one that"),
    ("left-load", "null", "this is not a network file: it must be one that"),
    (
        "left-load",
        json.dumps({"architecture": SCRIPT, "parameters": [0]}),
        "architecture: must be a table",
    ),
    (
        "left-load",
        json.dumps({"architecture": THREE_INPUTS, "parameters": [0] * 8}),
        "architecture.inputs: must be 2, x and y, but got 3",
    ),
    (
        "left-load",
        json.dumps({"architecture": TOO_LARGE, "parameters": [0] * 23_402}),
        "parameters: must be at most 20,000 numbers, but got 23402",
    ),
]


def test_configurations_are_monospaced_and_what_is_said_of_them_is_not(
    visit: Open, tmp_path: Path
) -> None:
    """A configuration has the font of code; of a network from a file the page says so instead."""
    page = visit("left.optimizer=adam")
    about = page.locator("#left-configuration")
    assert "learning rate" in shown(page, "left-configuration")
    assert about.evaluate(MONOSPACED)
    assert shown(page, "left-remark") == "; changed below"
    assert not page.locator("#left-remark").evaluate(MONOSPACED)
    page.locator("#right-load").set_input_files(good_file(page, tmp_path))
    expect(page.locator("#right-remark")).to_have_text("loaded from a file")
    assert shown(page, "right-configuration") == ""


def test_wrong_files_are_reported_in_one_sentence(visit: Open, tmp_path: Path) -> None:
    """A wrong file changes nothing; the problem is reported at the button, as text."""
    page = visit()
    path = tmp_path / "wrong.txt"
    for control, content, problem in WRONG_FILES:
        path.write_text(content, encoding="utf-8")
        page.locator(f"#{control}").set_input_files(path)
        shown_problem = page.locator(f"#{control}-problem")
        expect(shown_problem).to_contain_text(problem)
        expect(shown_problem).to_be_in_viewport()
    page.locator("#left-load").set_input_files(good_file(page, tmp_path))
    expect(page.locator("#left-name")).to_have_text("mine.json")
    expect(page.locator("#left-load-problem")).to_be_empty()
    page.locator("#left-trial").select_option("6")
    assert shown(page, "left-name") == "trial 6, champion"
    assert shown(page, "recorded") == "nothing recorded"


# The page itself


def test_page_is_one_file_with_a_strict_policy(mouse_file: Path) -> None:
    """Nothing is fetched, styles and scripts are allowed by hash only, no style attributes."""
    html = unescape(
        re.sub(r"(<(script|style)[^>]*>).*?</\2>", r"\1", mouse_file.read_text(), flags=re.DOTALL)
    )
    assert "default-src 'none'" in html
    assert "worker-src blob:" in html
    assert "unsafe" not in html
    assert re.findall(r"""(?:src|href)=["'](?!#|data:,|report\.html)[^"']*""", html) == []
    assert " style=" not in html
    assert len(mouse_file.read_bytes()) < 500_000


def test_scripts_in_names_are_shown_as_text(visit: Open, learnt: Findings, tmp_path: Path) -> None:
    """Scripts as names of runs, baselines and files are shown and not run."""
    trials = [replace(each, name=each.name and SCRIPT + each.name) for each in learnt.trials]
    path = tmp_path / "mouse.html"
    findings = replace(learnt, trials=tuple(trials), identity=SCRIPT)
    path.write_text(mouse_page(findings, report=""), encoding="utf-8")
    page = visit("left=0&right=1", path=path)
    assert shown(page, "left-name").startswith("<script>alert(1)</script>")
    assert page.locator("img, header a").count() == 0
    strange = tmp_path / f"{SCRIPT.replace('/', ' ')}.json"
    strange.write_text(json.dumps(network(page, "left")), encoding="utf-8")
    page.locator("#left-load").set_input_files(strange)
    expect(page.locator("#left-name")).to_contain_text("<script>alert(1)")


def test_page_works_on_a_dark_phone(visit: Open) -> None:
    """At 390 pixels nothing overflows, a touch moves the pointer, and the background is dark."""
    page = visit(viewport=PHONE, color_scheme="dark", has_touch=True, is_mobile=True)
    expect(page.locator("#hint .coarse")).to_be_visible()
    expect(page.locator("#hint .fine")).to_be_hidden()
    expect(page.locator("kbd")).to_be_hidden()
    assert [name for name, height in page.evaluate(TARGETS) if height < 24] == []
    page.touchscreen.tap(200, 300)
    expect(page.locator("#left-samples")).not_to_have_text("0")
    page.locator("#right-add").click()
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 24)"


def test_four_controls_of_a_network_are_open_and_the_others_fold(visit: Open) -> None:
    """Network, learning rate, activation and hidden layers are seen at once, others on a click."""
    page = visit(unfolded=False)
    shown = {
        each.get_attribute("data-control")
        for each in page.locator(".card [data-control]:visible").all()
    }
    assert shown == {"trial", "rate", "activation", "hidden"}
    below = ".conditions [data-control]:visible, .before :is(button, input):visible"
    assert page.locator(below).count() == 0
    for summary in page.locator("summary").all():
        summary.click()
    assert page.locator(".conditions [data-control]:visible").count() == 8
    assert (
        page.locator("#left-optimizer, #left-save, #pretrain").locator("visible=true").count() == 3
    )


@pytest.mark.parametrize("has_touch", [False, True])
def test_texts_fit_the_pointer(visit: Open, has_touch: bool) -> None:  # noqa: FBT001 - a parameter
    """On a touch screen the texts speak of a finger, with a mouse of the mouse."""
    page = visit(has_touch=has_touch, is_mobile=has_touch, viewport={"width": 390, "height": 844})
    body = page.locator("main").inner_text().lower()
    assert ("finger" in body, "your mouse" in body) == (has_touch, not has_touch)
    page.click("#record")
    page.click("#stop-recording")
    assert ("finger" in page.locator("#record").inner_text()) == has_touch


def test_links_that_move_by_themselves_wait_if_reduced_motion_is_preferred(visit: Open) -> None:
    """With reduced motion nothing moves before Play is pressed; without, the pointer moves."""
    page = visit("pilot=on", reduced_motion="reduce")
    expect(page.locator("#still")).to_be_visible()
    expect(page.locator("#left-samples")).to_have_text("0")
    page.locator("#claims a").first.click()
    expect(page.locator("#play")).to_have_text("Play")
    page.click("#play")
    expect(page.locator("#still")).to_be_hidden()
    expect(page.locator("#left-samples")).not_to_have_text("0")
    page.close()  # else it would go on
    expect(visit("pilot=on").locator("#left-samples")).not_to_have_text("0")


OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll(
    ".standing dd, .transport > :not([hidden]), #chart .axes text")].map(each => {
      const range = document.createRange();
      range.selectNodeContents(each);
      const box = (each.matches(".transport > *") ? each : range).getBoundingClientRect();
      const { left, right, top, bottom } = box;
      return { text: each.textContent.trim(), left, right, top, bottom };
    }).filter(({ left, right }) => right > left);
  const meet = (one, other) => one.left < other.right - 1 && other.left < one.right - 1
    && one.top < other.bottom - 1 && other.top < one.bottom - 1;
  const outside = boxes.filter(({ left, right }) => right > innerWidth || left < 0)
    .map(({ text }) => text);
  return boxes.flatMap((one, place) => boxes.slice(place + 1)
    .filter(other => meet(one, other)).map(other => `${one.text} | ${other.text}`)).concat(outside);
}"""


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_collides_after_pretraining_and_while_recording(visit: Open, width: int) -> None:
    """After 60,001 samples the curve has the pre-training, and each text has its place."""
    page = visit(viewport={"width": width, "height": 844})
    page.fill("#epochs", "20")  # of 3,000 positions
    page.click("#pretrain")
    expect(page.locator("#cancel")).to_be_disabled(timeout=60_000)
    page.click("#step")
    expect(page.locator("#left-samples")).to_have_text("60,001")
    page.wait_for_selector("html[data-drawn=all]")
    curve = page.locator("#chart .line.left").get_attribute("d") or ""
    assert curve.count("L") >= 20
    page.click("#record")
    expect(page.locator("#stop-recording")).to_be_visible()
    page.wait_for_selector("html[data-drawn=all]")
    assert page.evaluate(OVERLAPS) == []


def test_printed_page_is_one_sheet(visit: Open) -> None:
    """The print has canvas, chart, numbers and networks without overlaps, and no controls."""
    page = visit()
    list(strokes(page, 30))
    page.evaluate(SEEN)
    assert len(re.findall(rb"/Type /Page\b", page.pdf(format="A4"))) == 1
    page.set_viewport_size({"width": 673, "height": 1000})
    page.emulate_media(media="print")
    for part in ("canvas", "chart", "left-distance", "right-diagram", "right-paths"):
        expect(page.locator(f"#{part}")).to_be_visible()
    for control in page.locator("main button, main input, main .field select").all():
        expect(control).to_be_hidden()
    assert page.evaluate(OVERLAPS) == []


def test_trails_respect_reduced_motion(visit: Open) -> None:
    """Circles leave trails that fade, but not if reduced motion is preferred."""
    page = visit("learn=off", before=lambda page: page.clock.install())
    page.clock.pause_at(
        page.evaluate("Date.now()") + 1000
    )  # frames are drawn when the test runs the clock
    assert trails_fade(page)
    page.emulate_media(reduced_motion="reduce")
    assert not trails_fade(page)


def trails_fade(page: Page) -> bool:
    """Move, wait twenty frames of the test's clock, and return whether the canvas has changed."""
    image = "document.getElementById('canvas').toDataURL()"
    list(strokes(page, 15))
    page.clock.run_for(32)
    moving = page.evaluate(image)
    page.clock.run_for(20 * 16)
    return bool(page.evaluate(image) != moving)
