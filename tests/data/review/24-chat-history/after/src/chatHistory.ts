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
    return this.messages.slice(-count);
  }

  /** The same messages as plain text, for the e-mail digest. */
  transcript(count: number): string {
    return this.recent(count)
      .map((message) => `${message.author}: ${message.text}`)
      .join("\n");
  }
}
