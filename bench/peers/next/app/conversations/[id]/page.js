import { cookies } from "next/headers";
import { notFound } from "next/navigation";
import Composer from "./composer";
import { booking, messages, people } from "./thread";

function Bar({ name }) {
  return (
    <header className="bar">
      <a href="/inbox" className="brand">
        Greenroom
      </a>
      <nav aria-label="Main">
        <a href="/talents" className="bar-item">
          Find talent
        </a>
        <a href="/notifications" aria-label="Notifications" className="bar-item">
          Notifications
        </a>
      </nav>
      <a href="/settings" className="bar-item">
        {name}
      </a>
      <form method="post" action="/sign-out">
        <button type="submit" className="bar-item">
          Sign out
        </button>
      </form>
    </header>
  );
}

function Inbox({ last }) {
  return (
    <section aria-labelledby="inbox-title" className="inbox">
      <h2 id="inbox-title">Inbox</h2>
      <ul aria-label="Conversations" className="rows">
        <li>
          <a href="/conversations/0" aria-current="page" className="row">
            <span className="row-name">{booking.talent}</span>
            <time dateTime={last.createdAt}>{last.createdAt.slice(0, 10)}</time>
            <span className="row-booking">
              {booking.title} · {booking.eventDate}
            </span>
            <span className="row-last">{last.body}</span>
          </a>
        </li>
      </ul>
    </section>
  );
}

function Head() {
  const facts = [
    ["Event", booking.title],
    ["Date", booking.eventDate],
    ["Venue", booking.venue],
    ["Fee", booking.fee],
    ["Organizer", booking.organizer],
    ["Talent", booking.talent],
  ];
  return (
    <header className="thread-head">
      <h1>{booking.talent}</h1>
      <details className="booking-line">
        <summary>
          {booking.title} <span className="chip">{booking.status}</span>
        </summary>
        <dl className="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
    </header>
  );
}

function Message({ message }) {
  return (
    <div id={`m${message.seq}`} data-seq={message.seq} className={message.mine ? "message mine" : "message"}>
      <p className="by">
        <span>{message.mine ? "You" : message.sender}</span>{" "}
        <a href={`?at=${message.seq}#m${message.seq}`}>
          <time dateTime={message.createdAt}>{message.createdAt.slice(11, 16)}</time>
        </a>
      </p>
      <p className="bubble">{message.body}</p>
    </div>
  );
}

export default async function Thread() {
  const who = (await cookies()).get("who");
  const name = people.get(who?.value);
  if (!name) notFound();
  return (
    <>
      <Bar name={name} />
      <div className="messages in-thread">
        <Inbox last={messages.at(-1)} />
        <main className="thread-pane">
          <Head />
          <div role="log" aria-label="Messages" className="log">
            {messages.map((message) => (
              <Message key={message.seq} message={message} />
            ))}
          </div>
          <Composer />
        </main>
      </div>
    </>
  );
}
