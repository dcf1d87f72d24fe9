/**
 * Calls `onFrame` once in the next animation frame, however often it is asked, and `afterPaint` when that frame is on
 * screen. Asks for no frame by itself: an idle view has none.
 */
export class FrameLoop {
  private due = false;
  private readonly paint = new MessageChannel();

  constructor(
    private readonly onFrame: () => void,
    afterPaint: () => void,
  ) {
    // A message posted in a frame is handled after that frame's layout and paint.
    this.paint.port1.onmessage = () => afterPaint();
  }

  request(): void {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      this.onFrame();
      this.paint.port2.postMessage(null);
    });
  }
}
