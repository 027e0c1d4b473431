package cis490.hostproc.row;

import java.util.LinkedHashMap;
import java.util.Map;

/** What is the same in every row, and what a row's schema is called. */
public final class RowFormat {

  /** Value of the field {@code source}: the oracle that watches a process from its host. */
  public static final String SOURCE = "host_proc";

  /** Value of {@code available_in_deployment}: no deployed device sees its own host's /proc. */
  public static final boolean AVAILABLE_IN_DEPLOYMENT = false;

  /** The {@code $id} of {@code schemas/host_proc.row.schema.json}. */
  public static final String SCHEMA_ID = "urn:cis490:hostproc:host_proc.row:1";

  /** The schema's place on the class path. */
  public static final String SCHEMA_RESOURCE = "/schemas/host_proc.row.schema.json";

  private RowFormat() {}

  /**
   * The headers that are the same in every record of a row, in their order.
   *
   * @return name to ASCII text
   */
  public static Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("source", SOURCE);
    headers.put("available_in_deployment", Boolean.toString(AVAILABLE_IN_DEPLOYMENT));
    headers.put("schema", SCHEMA_ID);
    return headers;
  }
}
