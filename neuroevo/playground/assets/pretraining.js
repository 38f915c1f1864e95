// Trains contestants in a worker, so that the page stays responsive. It knows no element of the page.

/** One pre-training of several contestants, which are not changed before it has ended. */
export class Pretraining {
  #worker;
  #address;

  /**
   * @param {string} script of the worker
   * @param {object} job contestants; samples [{input, target}]; epochs
   * @param {object} callbacks progress(share, losses) repeatedly, then ended() or failed(message)
   */
  constructor(script, job, callbacks) {
    this.#address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.#worker = new Worker(this.#address);
    this.#worker.onmessage = ({ data }) => this.#onMessage(data, job, callbacks);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.cancel();
      callbacks.failed(event.message);
    };
    this.#worker.postMessage(messageOf(job));
  }

  /** End it; may also be called after its end. */
  cancel() {
    this.#worker.terminate();
    URL.revokeObjectURL(this.#address);
  }

  #onMessage({ done, reports }, { contestants, samples, epochs }, callbacks) {
    const total = contestants.length * epochs * samples.length;
    const sum = reports.reduce((seen, report) => seen + report.seen, 0);
    callbacks.progress(done ? 1 : sum / total, reports.map((report) => report.loss));
    if (done) {
      contestants.forEach((contestant, index) => contestant.trained(reports[index]));
      callbacks.ended();
    }
  }
}

function messageOf({ contestants, samples, epochs }) {
  const networks = contestants.map(({ network, learner, training, dropped }) => ({
    architecture: network.architecture,
    parameters: network.parameters.slice(),
    dropped,
    training: { ...training, learning_rate: learner.learningRate },
  }));
  const inputs = samples.map(({ input }) => input);
  const targets = samples.map(({ target }) => target);
  return { networks, samples: { inputs, targets, epochs } };
}
