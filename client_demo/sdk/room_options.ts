import type { JoinWishes, TokenSource } from "./bearer";
import type { OpenLines } from "./way_in";
import type { AnsweringPush, PrivatePush } from "./wire";

/** Which show a room is of, and as whom it is joined. */
export interface RoomOptions {
  /** The server's address, such as `https://live.example`; without it, the one that the page is from. */
  url?: string;
  show: string;
  /** Who joins: a token, the shop's own signature of a customer, or a function that gets one; none for a guest. */
  token?: TokenSource;
  /** Whether a token that is of no use any more may be forgotten, to join as a new guest: yes unless it says no, as staff pages do. */
  guest?: boolean;
  wishes?: JoinWishes;
  /**
   * Hears each token that the server gives, to keep it where the person agreed to; null: forget it. `guest` says that it is a guest's: a page
   * that kept it gives it back as `wishes.guest`.
   */
  onToken?: (token: string | null, guest: boolean) => void;
  /** Hears who is answering a question; the server tells staff alone. */
  onAnswering?: (push: AnsweringPush) => void;
  /** Hears what concerns this viewer alone, such as how a hold of theirs stands. */
  onPrivate?: (push: PrivatePush) => void;
  /** Makes the socket; a test gives its own. */
  openSocket?: OpenLines;
  /** Makes the stream that is taken where sockets do not open; a test gives its own. */
  openStream?: OpenLines;
  random?: () => number;
}
