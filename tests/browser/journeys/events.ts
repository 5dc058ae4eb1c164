// Hears the events of cases on NATS, and looks into the stream that keeps them. NATS is a protocol of lines: what is needed
// of it here is shorter than a client.

import { expect } from "@playwright/test";
import { connect, type Socket } from "node:net";

export type Event = { subject: string; headers: Record<string, string>; body: string };

export class Events {
  private readonly heard: Event[] = [];
  private readonly answers = new Map<string, (body: string) => void>();
  private rest = Buffer.alloc(0);
  private ready = () => {};

  private constructor(private readonly socket: Socket) {
    socket.on("data", (chunk: Buffer) => this.read(chunk));
  }

  /** Listens to a subject; when this returns, nothing is missed any more. */
  static async listen(subject: string): Promise<Events> {
    const { hostname, port } = new URL(process.env.NSP_NATS ?? "");
    const events = new Events(connect(Number(port), hostname));
    const ready = new Promise<void>((resolve, reject) => {
      events.ready = resolve;
      events.socket.on("error", reject);
    });
    events.socket.write(`CONNECT {"verbose":false,"headers":true,"name":"browser tests"}\r\nSUB ${subject} 1\r\nSUB _INBOX.browser.* 2\r\nPING\r\n`);
    await ready;
    return events;
  }

  /** The first event that was heard, or will be, of a type and about a case. */
  async wait(type: string, number: string): Promise<Event> {
    const find = () => this.heard.find((event) => event.headers["ce-type"] === type && event.body.includes(`"${number}"`));
    await expect.poll(find, { message: `${type} of ${number}` }).toBeTruthy();
    return find()!;
  }

  /** All that was heard about a case, in order. */
  about(number: string): Event[] {
    return this.heard.filter((event) => event.body.includes(`"${number}"`));
  }

  /** Whether the stream keeps an event: its id is among the messages of its subject. */
  async keeps(event: Event): Promise<boolean> {
    const { streams } = JSON.parse(await this.ask("$JS.API.STREAM.NAMES", { subject: event.subject }));
    for (let seq = 1; ; ) {
      const answer = JSON.parse(await this.ask(`$JS.API.STREAM.MSG.GET.${streams[0]}`, { seq, next_by_subj: event.subject }));
      if (!answer.message) return false;
      const headers = Buffer.from(answer.message.hdrs, "base64").toString();
      if (headers.includes(`ce-id: ${event.headers["ce-id"]}`)) return true;
      seq = answer.message.seq + 1;
    }
  }

  close(): void {
    this.socket.destroy();
  }

  private ask(subject: string, question: object): Promise<string> {
    const inbox = `_INBOX.browser.${this.answers.size}`;
    const body = JSON.stringify(question);
    return new Promise((resolve) => {
      this.answers.set(inbox, resolve);
      this.socket.write(`PUB ${subject} ${inbox} ${Buffer.byteLength(body)}\r\n${body}\r\n`);
    });
  }

  private read(chunk: Buffer): void {
    this.rest = Buffer.concat([this.rest, chunk]);
    for (let end = this.rest.indexOf("\r\n"); end >= 0; end = this.rest.indexOf("\r\n")) {
      const words = this.rest.subarray(0, end).toString().split(" ");
      const numbers = words.slice(-2).map(Number);
      const [headers, total] = words[0] === "HMSG" ? numbers : [0, words[0] === "MSG" ? numbers[1] : -2];
      if (this.rest.length < end + 2 + total + 2) return;
      const message = this.rest.subarray(end + 2, end + 2 + Math.max(total, 0));
      this.rest = this.rest.subarray(end + 4 + total);
      if (words[0] === "PING") this.socket.write("PONG\r\n");
      if (words[0] === "PONG") this.ready();
      if (total >= 0) this.take(words[1], message.subarray(0, headers).toString(), message.subarray(headers).toString());
    }
  }

  private take(subject: string, head: string, body: string): void {
    const answer = this.answers.get(subject);
    if (answer) return answer(body);
    const pairs = head.split("\r\n").map((line) => line.split(/:\s*(.*)/s)).filter((pair) => pair.length > 1);
    this.heard.push({ subject, body, headers: Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value])) });
  }
}
