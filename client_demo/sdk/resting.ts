const HIDDEN_BEFORE_PULSE_ONLY_MS = 60_000;

/** A page that nobody has seen for a while takes no journal pushes; coming back it recovers from its position. */
export class Resting {
  private resting = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly onChange: () => void) {}

  get pulseOnly(): boolean {
    return this.resting;
  }

  attend(visible: boolean): void {
    this.end();
    if (!visible) this.timer = setTimeout(() => this.rest(true), HIDDEN_BEFORE_PULSE_ONLY_MS);
    else if (this.resting) this.rest(false);
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private rest(pulseOnly: boolean): void {
    this.resting = pulseOnly;
    this.onChange();
  }
}
