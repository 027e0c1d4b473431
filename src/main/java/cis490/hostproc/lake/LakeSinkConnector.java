package cis490.hostproc.lake;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.connect.IcebergSinkConnector;
import org.apache.kafka.connect.connector.Task;

/** For Kafka Connect: Iceberg's sink, with {@link LakeSinkTask} as its task; one, never more. */
public final class LakeSinkConnector extends IcebergSinkConnector {

  /** As Connect makes it. */
  public LakeSinkConnector() {}

  @Override
  public Class<? extends Task> taskClass() {
    return LakeSinkTask.class;
  }

  /**
   * One task, whatever {@code tasks.max} allows: more have open bugs upstream that lose or double
   * rows, and {@link LakeSinkTask} relies on being alone.
   *
   * @param maxTasks at least 1
   * @return that task's settings
   */
  @Override
  public List<Map<String, String>> taskConfigs(int maxTasks) {
    return super.taskConfigs(1);
  }
}
