import Diagnostics
import Foundation

/// How this process was started: alone, or as one of several.
public enum LaunchedProcesses {
    /// What launchers say the number of processes is: Open MPI's, MPICH's and, within a step, Slurm's.
    private static let names = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"]

    /// How many processes the launcher has started; 1 where there was none.
    public static func count(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Int {
        names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first ?? 1
    }

    /// The words that launch so many processes as these have been; none for one.
    public static func launcher(
        of count: Int, _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> [String] {
        if count == 1 { return [] }
        let isSlurm = environment["SLURM_STEP_ID"] != nil && environment["OMPI_COMM_WORLD_SIZE"] == nil
        return [isSlurm ? "srun" : "mpirun", "-n", "\(count)"]
    }

    /// The communicator of this process, called once; MPI is started only where there is more than one process.
    ///
    /// - Throws: `InputError(.config)` where MPI does not find the processes that the launcher has started: each would
    ///   train by itself, into the same folder.
    public static func communicator() throws(InputError) -> any Communicator {
        let count = count()
        if count <= 1 { return SingleProcess() }
        let communicator = try MPICommunicator()
        guard communicator.rankCount == count else {
            communicator.finish(exitCode: ExitCode.config.rawValue)
            throw InputError(
                .config, at: "mpirun",
                "expected \(count) processes that know of each other, found \(communicator.rankCount): start this program with "
                    + "the mpirun of the MPI it was built with, \(MPICommunicator.implementation)")
        }
        return communicator
    }
}
