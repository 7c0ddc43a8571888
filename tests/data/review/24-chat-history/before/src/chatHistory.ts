export interface Message {
  id: number;
  author: string;
  text: string;
}

export class ChatHistory {
  private readonly messages: Message[] = [];

  add(message: Message): void {
    this.messages.push(message);
  }

  /** The last `count` messages (0 or more), oldest first, for a client that reconnects. */
  recent(count: number): Message[] {
    const start = Math.max(0, this.messages.length - count);
    return this.messages.slice(start);
  }
}
