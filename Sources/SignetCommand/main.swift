import CommandSupport

run(SignetCommand.self)
