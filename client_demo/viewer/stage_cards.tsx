// What lies over the foot of the picture: the poll, the giveaway and the viewer's own post that are shown. One of them is big at a time.
import "./stage_cards.css";
import { GiveawayCard } from "./giveaway";
import { isPollSmall, makePollSmall, PollCard } from "./poll";
import { PostCard } from "./posts/card";
import { isLive, snapshot } from "./session";

export function StageCards() {
  const poll = isLive.value ? snapshot.value?.poll : undefined;
  const pollBig = poll !== undefined && !isPollSmall(poll.id);
  return (
    <div class="stage-cards">
      <GiveawayCard
        small={pollBig}
        onBig={() => {
          if (poll) makePollSmall(poll.id);
        }}
      />
      {poll && <PollCard />}
      {!pollBig && <PostCard />}
    </div>
  );
}
