/** Says a line to a screen reader when it has nothing else to say. */
export class Announcer {
  private turn = 0;

  /** `regions` are two live regions: the same words twice in one region would be said once. */
  constructor(private readonly regions: readonly [HTMLElement, HTMLElement]) {}

  announce(text: string): void {
    const [first, second] = this.regions;
    const [next, last] = this.turn++ % 2 === 0 ? [first, second] : [second, first];
    last.textContent = '';
    next.textContent = text;
  }
}
