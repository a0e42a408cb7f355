/**
 * Admission of journeys: so many at a time, the others wait in order, and none longer than it may.
 */

export interface Gate {
  /** How many are inside. */
  readonly inside: number;
  /**
   * Waits for a place. `false` if none was free within `waitMs`. Whoever got `true` must call `leave`.
   */
  enter(waitMs: number): Promise<boolean>;
  leave(): void;
}

export function gate(places: number): Gate {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return {
    get inside() {
      return inside;
    },
    enter(waitMs) {
      if (inside < places) {
        inside++;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const admit = () => {
          clearTimeout(timer);
          inside++;
          resolve(true);
        };
        const timer = setTimeout(
          () => {
            waiting.splice(waiting.indexOf(admit), 1);
            resolve(false);
          },
          Math.max(0, waitMs),
        );
        waiting.push(admit);
      });
    },
    leave() {
      inside--;
      waiting.shift()?.();
    },
  };
}
