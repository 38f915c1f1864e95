// Pre-training, recordings, and networks as files.

import { byId, onClick } from "./elements.js";
import { download, networkText, networkTrial, textOf } from "./files.js";
import { Pretraining } from "./pretraining.js";
import { MOST_POSITIONS, fromCsv, toCsv } from "./recording.js";
import { SIDES } from "./state.js";
import { counted, written } from "./wording.js";

/** The buttons for these. */
export class Workshop {
  #race;
  #change;
  #pretraining = null;
  #recordLabel = Array.from(byId("record").childNodes);

  /**
   * @param {Race} race
   * @param {(name: string, side: string, value: any) => void} change changes the state
   */
  constructor(race, change) {
    this.#race = race;
    this.#change = change;
    onClick("pretrain", () => this.#pretrain());
    onClick("cancel", () => this.#cancel());
    onClick("record", () => this.#record());
    onClick("stop-recording", () => this.#record());
    onClick("save-recording", () => download("recording.csv", "text/csv", toCsv(race.recorded)));
    this.#onFile("load-recording", (text) => this.#keep(fromCsv(text, race.payload.canvas)));
    SIDES.forEach((side) => this.#listenTo(side));
  }

  #listenTo(side) {
    onClick(`${side}-save`, () =>
      download("network.json", "application/json", networkText(this.#race.contestants[side])),
    );
    this.#onFile(`${side}-load`, (text, name) => this.#loadNetwork(side, text, name));
  }

  #onFile(id, use) {
    const input = byId(id);
    const problem = byId(`${id}-problem`);
    input.addEventListener("change", async () => {
      const [file] = input.files;
      problem.textContent = "";
      try {
        use(await textOf(file), file.name);
      } catch (error) {
        problem.textContent = error.message;
        problem.scrollIntoView({ block: "nearest" });
      }
      input.value = "";
    });
  }

  #pretrain() {
    const race = this.#race;
    const job = {
      contestants: SIDES.map((side) => race.contestants[side]),
      samples: race.positions.map((position) => race.sampleOf(position)),
      epochs: race.state.epochs,
    };
    this.#pretraining = new Pretraining(race.payload.worker, job, {
      progress: (share, losses) => {
        byId("progress").value = share;
        byId("pretrained").textContent = `loss ${losses.map(written).join(" and ")}`;
      },
      ended: () => {
        this.#stop();
        race.follow();
        if (SIDES.some((side) => !job.contestants.includes(race.contestants[side]))) {
          byId("pretrained").textContent = "a network that was reset meanwhile is not pre-trained";
        }
      },
      failed: (message) => {
        this.#stop();
        byId("pretrained").textContent = message;
      },
    });
    this.#showBusy();
  }

  #cancel() {
    this.#stop();
    byId("progress").value = 0;
    byId("pretrained").textContent = "cancelled: the networks are unchanged";
  }

  #stop() {
    this.#pretraining?.cancel();
    this.#pretraining = null;
    this.#showBusy();
  }

  #showBusy() {
    const isBusy = this.#pretraining !== null;
    byId("pretrain").disabled = isBusy;
    byId("cancel").disabled = !isBusy;
  }

  #record() {
    const race = this.#race;
    if (race.recording === null) {
      race.recording = [];
      byId("recorded").textContent = "recording: move across the canvas";
      byId("arena").scrollIntoView();
    } else {
      const positions = race.recording.slice(0, MOST_POSITIONS);
      race.recording = null;
      this.#keep(positions);
    }
    const isRecording = race.recording !== null;
    byId("record").replaceChildren(...(isRecording ? ["Stop recording"] : this.#recordLabel));
    byId("record").setAttribute("aria-pressed", String(isRecording));
    byId("stop-recording").hidden = !isRecording;
  }

  #keep(positions) {
    this.#race.recorded = positions;
    byId("save-recording").disabled = positions.length === 0;
    byId("recorded").textContent = `${counted(positions.length)} positions`;
    this.#change("set", "", positions.length > 1 ? "recording" : "task");
  }

  #loadNetwork(side, text, name) {
    const { payload, state } = this.#race;
    const key = `file-${payload.contestants.length}`;
    payload.contestants.push(networkTrial(text, key, name));
    state[side].from = "trained";
    this.#change("trial", side, key);
  }
}
