/** Numbers by their place, of which the least is at hand; of equal ones the one before. Numbers can be raised. */
export class LeastFirst {
  private readonly numbers: Float64Array;
  /** A heap of places. */
  private readonly heap: Int32Array;

  constructor(numbers: Float64Array) {
    this.numbers = numbers;
    this.heap = Int32Array.from(numbers, (_number, place) => place);
    for (let at = (numbers.length >> 1) - 1; at >= 0; at--) this.sink(at);
  }

  /** The place of the least. */
  get first(): number {
    return this.heap[0]!;
  }
  get least(): number {
    return this.numbers[this.heap[0]!]!;
  }

  /** The least has become more. */
  raiseFirst(number: number): void {
    this.numbers[this.heap[0]!] = number;
    this.sink(0);
  }

  private sink(from: number): void {
    const { heap } = this;
    const place = heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && this.isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.isBefore(heap[child]!, place)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = place;
  }

  private isBefore(one: number, other: number): boolean {
    const { numbers } = this;
    return numbers[one]! < numbers[other]! || (numbers[one]! === numbers[other]! && one < other);
  }
}
