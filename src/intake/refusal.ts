/** A webhook request that gets an error as its answer. */
export class Refusal extends Error {
  override name = 'Refusal';
  /** Of the HTTP answer. */
  readonly status: number;

  /** The sender and the log see `message`, so it quotes nothing of the request. */
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
