"use client";

import { useState } from "react";

export default function Composer() {
  const [text, setText] = useState("");
  return (
    <form className="composer" method="post" action="/send">
      <label className="visually-hidden" htmlFor="body">
        Message
      </label>
      <textarea id="body" name="body" rows={1} value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit" className="button">
        Send
      </button>
    </form>
  );
}
