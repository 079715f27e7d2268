// Sends finished bodies over a pool of connections; prints the CPU microseconds of a message.
const fs = require("fs");
const nodemailer = require("nodemailer");

const [bodies, port, messages, pool] = process.argv.slice(2);
const mails = JSON.parse(fs.readFileSync(bodies));
const transport = nodemailer.createTransport({
  host: "127.0.0.1",
  port: Number(port),
  ignoreTLS: true,
  pool: true,
  maxConnections: Number(pool),
  maxMessages: Infinity,
});

function send(mail) {
  return transport.sendMail({
    from: mail.from,
    to: mail.to,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: mail.id,
    headers: {
      "List-Unsubscribe": `<${mail.link}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      "Feedback-ID": "digest:en:tidings",
      "Auto-Submitted": "auto-generated",
    },
  });
}

async function main() {
  const total = Number(messages);
  let next = 0;
  const work = async (until) => {
    while (next < until) await send(mails[next++ % mails.length]);
  };
  const all = (until) => Promise.all(Array.from({ length: 2 * pool }, () => work(until)));
  await all(2 * pool); // opens the connections
  next = 0;
  const before = process.cpuUsage();
  await all(total);
  const spent = process.cpuUsage(before);
  transport.close();
  process.stdout.write(String((spent.user + spent.system) / total));
}

main();
