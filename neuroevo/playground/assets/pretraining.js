// Trains contestants in a worker while the page goes on. Knows contestants, no element of the page.

/** One pre-training of several contestants, which are as they were until it has ended. */
export class Pretraining {
  #worker;
  #address;

  /**
   * @param {string} script of the worker
   * @param {object} job contestants; samples [{input, target}]; epochs
   * @param {object} tell told(share, losses) now and then, ended() once, or failed(message)
   */
  constructor(script, job, tell) {
    this.#address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.#worker = new Worker(this.#address);
    this.#worker.onmessage = ({ data }) => this.#heard(data, job, tell);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.cancel();
      tell.failed(event.message);
    };
    this.#worker.postMessage(messageOf(job));
  }

  /** End it; also after its end. */
  cancel() {
    this.#worker.terminate();
    URL.revokeObjectURL(this.#address);
  }

  #heard({ done, reports }, { contestants, samples, epochs }, tell) {
    const total = contestants.length * epochs * samples.length;
    const sum = reports.reduce((seen, report) => seen + report.seen, 0);
    tell.told(done ? 1 : sum / total, reports.map((report) => report.loss));
    if (done) {
      contestants.forEach((contestant, index) => contestant.trained(reports[index]));
      tell.ended();
    }
  }
}

function messageOf({ contestants, samples, epochs }) {
  const networks = contestants.map(({ network, learner, training, silent }) => ({
    architecture: network.architecture,
    parameters: network.parameters.slice(),
    silent,
    training: { ...training, learning_rate: learner.learningRate },
  }));
  const inputs = samples.map(({ input }) => input);
  const targets = samples.map(({ target }) => target);
  return { networks, samples: { inputs, targets, epochs } };
}
