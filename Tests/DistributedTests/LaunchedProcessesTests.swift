import Testing

@testable import Distributed

@Suite("How a process was started")
struct LaunchedProcessesTests {
    @Test("launchers tell the number of processes, and without one it is one")
    func count() {
        #expect(LaunchedProcesses.count([:]) == 1)
        #expect(LaunchedProcesses.count(["OMPI_COMM_WORLD_SIZE": "3"]) == 3)
        #expect(LaunchedProcesses.count(["PMI_SIZE": "4"]) == 4)
        #expect(LaunchedProcesses.count(["SLURM_STEP_NUM_TASKS": "2"]) == 2)
        // In a job script no step runs yet.
        #expect(LaunchedProcesses.count(["SLURM_NTASKS": "2"]) == 1)
        // mpirun within a job starts its own helpers as a step of one task a host.
        #expect(LaunchedProcesses.count(["OMPI_COMM_WORLD_SIZE": "8", "SLURM_STEP_NUM_TASKS": "1"]) == 8)
    }
}
