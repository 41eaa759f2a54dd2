/**
 * Tells a dead connection from a quiet one. Browsers answer the server's pings by themselves and show none of it, so after
 * `silenceMs` without a line the heartbeat asks, and without an answer within `patienceMs` the connection is called dead.
 */
export class Heartbeat {
  private lastHeard = 0;
  private silence: ReturnType<typeof setInterval> | undefined;
  private patience: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly ask: () => void,
    private readonly onDead: () => void,
    private readonly silenceMs = 25_000,
    private readonly patienceMs = 8_000,
  ) {}

  start(): void {
    this.stop();
    this.lastHeard = Date.now();
    this.silence = setInterval(() => {
      if (Date.now() - this.lastHeard >= this.silenceMs) this.probe(this.patienceMs);
    }, this.silenceMs / 5);
  }

  /** Any line of the server shows that it lives. */
  heard(): void {
    this.lastHeard = Date.now();
    clearTimeout(this.patience);
    this.patience = undefined;
  }

  /** Asks now; a question that is out already keeps its own patience unless this one is shorter. */
  probe(patienceMs: number): void {
    if (this.patience !== undefined && patienceMs >= this.patienceMs) return;
    clearTimeout(this.patience);
    this.patience = setTimeout(this.onDead, patienceMs);
    this.ask();
  }

  stop(): void {
    clearInterval(this.silence);
    clearTimeout(this.patience);
    this.silence = undefined;
    this.patience = undefined;
  }
}
