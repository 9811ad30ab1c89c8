import CommandSupport

run(TrainCommand.self)
