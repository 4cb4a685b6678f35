import { type Bytes, OK } from '@httpd-ts/kernel';
import type { BackendFailure } from './backend-connection.ts';
import { BackendExchange } from './backend-exchange.ts';

/**
 * An exchange with a back end whose answer is a head, an empty line and a body that ends with the connection.
 * What the head means is the protocol's business.
 */
export abstract class ReadToCloseExchange extends BackendExchange {
  private head = '';
  private isHanded = false;

  /** The request has gone out. */
  begin(): void {
    this.expectData();
  }

  /** Where the body begins in what was received; undefined while more must come. */
  protected abstract endOfHead(text: string): number | undefined;
  /** Takes the head over, `rest` being what has come behind it; false when the exchange is over with it, by `fail` or `finishEarly`. */
  protected abstract takeHead(head: string, rest: string): boolean;
  /** There is no head up to the end of the answer. */
  protected abstract takeIncompleteHead(head: string, failure: BackendFailure): void;

  protected onHeadData(bytes: Bytes): void {
    this.head += bytes.latin1Slice();
    const end = this.endOfHead(this.head);
    if (end === undefined) {
      this.expectData();
      return;
    }
    const { head } = this;
    this.head = '';
    if (!this.takeHead(head.slice(0, end), head.slice(end))) return;
    this.startBody();
    const bodyLength = head.length - end;
    if (bodyLength > 0) {
      this.hold(bytes.subarray(bytes.length - bodyLength));
      this.give();
    } else this.expectData();
  }

  protected onBodyData(bytes: Bytes): void {
    if (bytes.length > 0) this.hold(bytes);
    this.give();
  }

  /** httpd sends the head together with the first of the body. */
  private give(): void {
    if (this.isHanded) return;
    this.isHanded = true;
    this.hand(undefined);
    this.settle(OK);
  }

  /** The answer is there without any more of the back end's. */
  protected finishEarly(): void {
    this.isHanded = true;
    this.leave('done');
    this.connection.destroy();
    this.settle(OK);
  }

  onEnd(): void {
    if (this.state === 'head') this.takeIncompleteHead(this.head, 'end');
    else if (this.state === 'body') {
      this.endWithConnection();
      if (!this.isHanded) {
        this.isHanded = true;
        this.hand(this.held);
        this.settle(OK);
      }
    }
  }

  protected onHeadFailure(failure: BackendFailure): void {
    this.takeIncompleteHead(this.head, failure);
  }
}
