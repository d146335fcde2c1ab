export default function Page() {
  return <p>POST a series to /api/forecast.</p>;
}
