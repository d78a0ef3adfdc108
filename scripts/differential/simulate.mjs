// Asks @cloud-copilot/iam-simulate, a program of its own, about the cases on standard input: one JSON object per line in,
// one per line out. The first argument is the package's entry file.
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const { runSimulation } = await import(pathToFileURL(process.argv[2]).href)

for await (const line of createInterface({ input: process.stdin })) {
  const { number, simulation } = JSON.parse(line)
  let answer
  try {
    const result = await runSimulation(simulation, { simulationMode: 'Strict' })
    const parts = result.results ?? [result.result]
    answer =
      result.resultType === 'error'
        ? { error: JSON.stringify(result.errors) }
        : { answer: result.overallResult, ignored: parts.flatMap((part) => part?.ignoredContextKeys ?? []) }
  } catch (error) {
    answer = { error: String(error) }
  }
  process.stdout.write(JSON.stringify({ number, ...answer }) + '\n')
}
