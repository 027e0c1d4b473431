package cis490.hostproc.testkit;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.AnnotationKeyword;

/** A validator of JSON schemas, which shares no code with ours, and knows our annotations. */
public final class Schemas {

  public static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDialect(
          Dialect.builder(Dialects.getDraft202012())
              .keyword(new AnnotationKeyword("x-unit"))
              .keyword(new AnnotationKeyword("x-kernel-source"))
              .keyword(new AnnotationKeyword("x-oracle-only"))
              .build());

  private Schemas() {}
}
