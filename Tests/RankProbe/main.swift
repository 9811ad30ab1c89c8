import Distributed
import Foundation

// Ranks of which the last stops computing in the middle of its work while its threads live on, as one does that waits for
// a disk that is gone. Tests run it under mpirun.

let communicator = try LaunchedProcesses.communicator()
communicator.note("the probe ends")
communicator.working {
    while communicator.rank == communicator.rankCount - 1 { pause() }
    _ = communicator.sum([1])
}
communicator.finish()
