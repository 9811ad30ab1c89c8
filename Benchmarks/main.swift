import CommandSupport

run(BenchmarksCommand.self)
