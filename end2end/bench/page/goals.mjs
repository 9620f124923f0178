// What must hold, each told with the number that was measured; and the numbers' middle and ends.
export class Goals {
  #lines = [];
  #met = true;

  check(holds, text) {
    this.#met &&= holds;
    this.#lines.push(`${holds ? 'met   ' : 'MISSED'}  ${text}`);
  }

  // Whether all were met.
  tell() {
    console.log(`\n${this.#lines.join('\n')}`);
    return this.#met;
  }
}

export function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export const median = (numbers) => quantile(numbers, 0.5);
